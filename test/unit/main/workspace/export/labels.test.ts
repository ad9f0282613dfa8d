import { describe, expect, it } from 'vitest'
import { exportLabels, relabel } from '../../../../../src/main/workspace/export/labels'
import { labelTable } from '../../../../../src/main/workspace/label-table'
import type { ExportRequest } from '../../../../../src/shared/api/export'

const head = Uint8Array.of(0, 1, 2, 3, 4)
const crop = Uint8Array.of(0, 1, 2)

function exported(
  voxels: Uint8Array,
  labels: ExportRequest['labels'],
  side: ExportRequest['side'] = null
): { names: string[]; voxels: number[] } {
  const table = exportLabels({ labels, side }, voxels === head)
  return { names: table.map(({ name }) => name), voxels: [...relabel(voxels, table)] }
}

describe('labels of an export', () => {
  it('are those of the mask, with the names of what it is of', () => {
    expect(exported(crop, 'native')).toEqual({
      names: ['anterior', 'posterior'],
      voxels: [0, 1, 2]
    })
    expect(exported(head, 'native')).toEqual({
      names: ['left-anterior', 'left-posterior', 'right-anterior', 'right-posterior'],
      voxels: [0, 1, 2, 3, 4]
    })
  })

  it('are FreeSurfer’s, of a crop once its side is said', () => {
    expect(exported(head, 'freesurfer')).toEqual({
      names: ['left-hippocampus', 'right-hippocampus'],
      voxels: [0, 17, 17, 53, 53]
    })
    expect(exported(crop, 'freesurfer', 'right').voxels).toEqual([0, 53, 53])
    expect(() => exported(crop, 'freesurfer')).toThrow('left or the right')
  })

  it('are numbered by side for a crop', () => {
    expect(exported(crop, 'sides', 'left')).toEqual({
      names: ['left-anterior', 'left-posterior'],
      voxels: [0, 1, 2]
    })
    expect(exported(crop, 'sides', 'right').voxels).toEqual([0, 3, 4])
    expect(exported(head, 'sides').voxels).toEqual([0, 1, 2, 3, 4])
  })

  it('differ in colour', () => {
    const colours = exportLabels({ labels: 'native', side: null }, true).map(({ colour }) =>
      colour.join()
    )
    expect(new Set(colours).size).toBe(4)
    expect(colours[0]).toBe('240,168,104')
  })
})

describe('the table beside a mask', () => {
  const columns = (text: string, column: number): string[] =>
    text
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[column]!)

  it('names the labels of a crop and of a head', () => {
    expect(columns(labelTable(false), 1)).toEqual([
      'name',
      'background',
      'anterior hippocampus',
      'posterior hippocampus'
    ])
    const table = labelTable(true)
    expect(columns(table, 0)).toEqual(['index', '0', '1', '2', '3', '4'])
    expect(columns(table, 1)[4]).toBe('right anterior hippocampus')
    expect(columns(table, 2)).toEqual(['abbreviation', 'BG', 'L_aHC', 'L_pHC', 'R_aHC', 'R_pHC'])
    expect(new Set(columns(table, 3)).size).toBe(6)
  })
})
