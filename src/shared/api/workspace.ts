import { z } from 'zod'

/** A folder that is a BIDS dataset; one is open at a time in a host. */
export const workspaceSchema = z.strictObject({
  path: z.string(),
  name: z.string(),
  /** False where nothing can be saved: the folder is read-only. */
  writable: z.boolean()
})
export type Workspace = z.infer<typeof workspaceSchema>

/** GET /api/workspace */
export const openWorkspaceSchema = z.strictObject({
  /** Null on the first run, or where the folder that was open is gone. */
  workspace: workspaceSchema.nullable(),
  /** Why there is none, where that needs saying. */
  problem: z.string().nullable(),
  /**
   * Why the file that the app was started with is not among the cases; null once DELETE /api/workspace/start-problem says that it
   * was read.
   */
  startProblem: z.string().nullable(),
  recent: z.array(z.strictObject({ path: z.string(), name: z.string(), openedAt: z.string() })),
  /** Where a first workspace would be made. */
  suggestedPath: z.string()
})
export type OpenWorkspace = z.infer<typeof openWorkspaceSchema>

/** POST /api/workspace → OpenWorkspace. A folder without dataset_description.json becomes a dataset where `create` says so. */
export const openWorkspaceRequestSchema = z.strictObject({
  path: z.string().min(1),
  create: z.boolean()
})

/** How the user left things; GET and PUT /api/workspace/view. */
export const workspaceViewSchema = z.strictObject({
  caseId: z.string().nullable(),
  layout: z.enum(['grid', 'axial', 'coronal', 'sagittal', 'volume']),
  /** Which side of the screen the patient's left is on. */
  convention: z.enum(['radiological', 'neurological']),
  panel: z.string(),
  model: z.string().nullable(),
  timesteps: z.int().min(1).max(64).nullable()
})
export type WorkspaceView = z.infer<typeof workspaceViewSchema>

const paneViewSchema = z.strictObject({
  /** 1 shows the whole slice. */
  zoom: z.number().positive(),
  /** Millimetres to the right and up. */
  pan: z.tuple([z.number(), z.number()])
})

/** The same for one case; GET and PUT /api/cases/:case/view. */
export const caseViewSchema = z.strictObject({
  window: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
  /** Millimetres, LPS. */
  crosshair: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  resultId: z.string().nullable(),
  overlay: z.strictObject({
    visible: z.boolean(),
    opacity: z.number().min(0).max(1),
    outline: z.boolean(),
    hiddenLabels: z.array(z.int())
  }),
  panes: z
    .strictObject({ axial: paneViewSchema, coronal: paneViewSchema, sagittal: paneViewSchema })
    .nullable()
    .default(null)
})
export type CaseView = z.infer<typeof caseViewSchema>
