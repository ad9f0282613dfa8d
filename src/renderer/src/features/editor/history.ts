import type { Edit } from './operations'

/** One step that can be undone: what was at each place, and what is there since. */
interface Step {
  readonly name: string
  readonly offsets: Uint32Array
  readonly before: Uint8Array
  readonly after: Uint8Array
}

/**
 * What was done to a mask, as the voxels that changed: without limit, because a step costs six bytes a changed voxel.
 * The mask itself is edited in place.
 */
export class History {
  private readonly done: Step[] = []
  private readonly undone: Step[] = []
  /** The step after which the mask was saved; undefined where that one can be reached no more. */
  private savedAfter: Step | null | undefined = null

  constructor(readonly mask: Uint8Array) {}

  get canUndo(): boolean {
    return this.done.length > 0
  }

  get canRedo(): boolean {
    return this.undone.length > 0
  }

  /** Name of what {@link undo} would take back. */
  get undoName(): string | null {
    return this.done.at(-1)?.name ?? null
  }

  get redoName(): string | null {
    return this.undone.at(-1)?.name ?? null
  }

  /** Whether the mask differs from what was saved, as far as its steps tell. */
  get dirty(): boolean {
    return (this.done.at(-1) ?? null) !== this.savedAfter
  }

  /** Does an edit; false where it changes nothing, which is no step. */
  apply(name: string, edit: Edit): boolean {
    const before = Uint8Array.from(edit.offsets, (offset) => this.mask[offset]!)
    write(this.mask, edit.offsets, edit.labels)
    return this.record(name, edit.offsets, before)
  }

  /** Takes up as a step what was written already, such as a stroke; `before` is what was at the places. */
  record(name: string, offsets: Uint32Array, before: Uint8Array): boolean {
    if (offsets.length === 0) return false
    const after = Uint8Array.from(offsets, (offset) => this.mask[offset]!)
    const { savedAfter } = this
    // A new step drops the undone ones: what was saved after one of them cannot be reached again.
    if (savedAfter !== null && savedAfter !== undefined && this.undone.includes(savedAfter)) {
      this.savedAfter = undefined
    }
    this.undone.length = 0
    this.done.push({ name, offsets, before, after })
    return true
  }

  /** The places that changed back, or null where there is nothing to undo. */
  undo(): Uint32Array | null {
    const step = this.done.pop()
    if (step === undefined) return null
    write(this.mask, step.offsets, step.before)
    this.undone.push(step)
    return step.offsets
  }

  redo(): Uint32Array | null {
    const step = this.undone.pop()
    if (step === undefined) return null
    write(this.mask, step.offsets, step.after)
    this.done.push(step)
    return step.offsets
  }

  /** What was done since the mask was saved, in words: `Paint 3, Smooth`. */
  summary(): string {
    const saved = this.done.findIndex((step) => step === this.savedAfter)
    const counts = new Map<string, number>()
    for (const { name } of this.done.slice(saved + 1)) {
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    const words = [...counts].map(([name, count]) => (count === 1 ? name : `${name} ${count}`))
    return words.length === 0 ? 'Undone edits' : words.join(', ').slice(0, 200)
  }

  /** A mark to give to {@link markSaved} when this state has been saved. */
  mark(): unknown {
    return this.done.at(-1) ?? null
  }

  markSaved(mark: unknown): void {
    this.savedAfter = mark as Step | null
  }
}

function write(mask: Uint8Array, offsets: Uint32Array, labels: Uint8Array): void {
  for (let n = 0; n < offsets.length; n++) mask[offsets[n]!] = labels[n]!
}
