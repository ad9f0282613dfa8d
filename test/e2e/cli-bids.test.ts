import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { BIDS_SCANS, writeBidsDataset } from '../fixtures/bids-dataset'
import { rawNifti } from '../fixtures/nifti-read'
import { temporaryFolder } from '../fixtures/temporary-folder'
import { childrenOf, cli, gone, listing, RunningCli, type CliRun } from './cli'

const folder = temporaryFolder()
const study = folder.file('study')
const out = join(study, 'derivatives', 'hippospike')

interface Report {
  segmented: number
  skipped: number
  failed: number
  otherImages: number
  without: string[]
  scans: { scan: string; state: string; mask: string | null }[]
}

/** Runs the participant level, and returns the one document that it prints. */
async function participant(...options: string[]): Promise<{ run: CliRun; report: Report }> {
  const run = await cli(['bids', study, out, 'participant', '--json', ...options])
  return { run, report: JSON.parse(run.stdout) as Report }
}

beforeAll(() => writeBidsDataset(study))

// Each goes on from what the one before has left.
describe('hippospike bids', () => {
  it.skipIf(process.platform === 'win32')(
    'ends on Ctrl-C with exit code 130, without an engine or half a result',
    async () => {
      const program = new RunningCli(['bids', study, out, 'participant', '--jobs', '2'])
      await program.until('both engines run', () => childrenOf(program.pid).length === 2)
      const engines = childrenOf(program.pid)
      program.killGroup('SIGINT')
      const { code, stderr } = await program.ended
      expect(code, stderr).toBe(130)
      expect(stderr.trimEnd().split('\n').at(-1)).toBe('hippospike: cancelled')
      for (const engine of engines) expect(await gone(engine, 0)).toBe(true)
      const files = listing(out).filter((path) =>
        /(dseg\.json|error\.json|\.hippospike-.*)$/.test(path)
      )
      expect(files).toEqual([])
    }
  )

  it('segments one participant, named as BIDS-Apps do', async () => {
    const { run, report } = await participant('--participant_label', '02', '--skip-bids-validation')
    expect(run.code, run.stderr).toBe(0)
    expect(report).toMatchObject({ segmented: 1, failed: 0, otherImages: 1, without: [] })
    const [{ mask } = { mask: null }] = report.scans
    const stem = join(out, 'sub-02', 'anat', 'sub-02_acq-mprage_run-1_seg-snnT4')
    expect(mask).toBe(`${stem}_dseg.nii.gz`)
    const labels = new Set(rawNifti(mask!).voxels)
    expect([...labels].sort()).toEqual([0, 1, 2, 3, 4])
    expect(readFileSync(`${stem}_dseg.png`).subarray(1, 4).toString()).toBe('PNG')
    const description = JSON.parse(
      readFileSync(join(out, 'dataset_description.json'), 'utf8')
    ) as unknown
    expect(description).toMatchObject({
      DatasetType: 'derivative',
      GeneratedBy: [{ Name: 'Hippospike' }],
      SourceDatasets: [{ URL: '../..' }]
    })
    expect(readFileSync(join(out, 'dseg.tsv'), 'utf8')).toContain('right posterior')
  })

  it('goes on with the others, and says which failed', async () => {
    const { run, report } = await participant()
    expect(run.code).toBe(3)
    expect(report).toMatchObject({ segmented: 2, skipped: 1, failed: 1, without: ['sub-04'] })
    expect(run.stderr).toContain('warning: no T1-weighted scan of sub-04')
    expect(run.stderr).toMatch(/^hippospike: sub-03 failed: .*is not a NIfTI file/m)
    expect(run.stderr).toMatch(/^hippospike: 1 of 4 scans failed: sub-03\/anat/m)
    expect(existsSync(join(out, 'sub-03', 'anat', 'sub-03_error.json'))).toBe(true)
  })

  it('skips what is done', async () => {
    const { run, report } = await participant('--participant-label', '01', 'sub-02')
    expect(run.code, run.stderr).toBe(0)
    expect(report).toMatchObject({ segmented: 0, skipped: 3, failed: 0 })
  })

  it('summarises the group', async () => {
    const run = await cli(['bids', study, out, 'group', '--json'])
    expect(run.code, run.stderr).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ masks: 3, failed: 1, missing: 0 })
    const table = readFileSync(join(out, 'group_hippocampus.tsv'), 'utf8')
    const [columns, ...rows] = table
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
    expect(rows.map((row) => row[columns!.indexOf('scan')])).toEqual(BIDS_SCANS)
    for (const side of ['left', 'right']) {
      const at = columns!.indexOf(`${side}_whole_mm3`)
      for (const row of rows) {
        expect(Number(row[at])).toBeGreaterThan(3000)
        expect(Number(row[at])).toBeLessThan(4500)
      }
    }
    const page = readFileSync(join(out, 'group.html'), 'utf8')
    expect(page.match(/<img src="data:image\/png/g)).toHaveLength(3)
    expect(page).toContain('sub-03')
    expect(page).toContain('ses-1 → ses-2')
  })

  it.each([
    [['nowhere', 'results', 'participant'], 3, /nowhere: no such folder/],
    [['STUDY', 'STUDY', 'participant'], 2, /is the dataset itself/],
    [['STUDY', 'OUT', 'participant', '--participant-label', '77'], 3, /there is no sub-77/],
    [['STUDY', 'OUT', 'participant', '--participant-label', '04'], 3, /no T1-weighted scan/],
    [['STUDY', 'EMPTY', 'group'], 3, /has no results of Hippospike/],
    [['STUDY', 'OUT', 'session'], 2, /participant, group/]
  ] as const)('answers %j with exit code %d', async (args, code, message) => {
    const places: Record<string, string> = { STUDY: study, OUT: out, EMPTY: folder.file('empty') }
    const run = await cli(['bids', ...args.map((arg) => places[arg] ?? arg)])
    expect(run.code, run.stderr).toBe(code)
    expect(run.stderr).toMatch(message)
  })
})
