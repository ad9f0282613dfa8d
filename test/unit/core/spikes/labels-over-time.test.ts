import { describe, expect, it } from 'vitest'
import { agreementOverTime, labelsOverTime, timeToStable } from '../../../../src/core/spikes'
import { handRecording, imageOffset, IMAGE_SIZE, ROI } from '../../../fixtures/spike-recording'

const { steps, classes, mapping } = handRecording()
const labels = labelsOverTime(steps, { classes, mapping, roi: ROI, size: IMAGE_SIZE })

function image(labelled: [offset: number, label: number][]): number[] {
  const values = new Array<number>(24).fill(0)
  for (const [offset, label] of labelled) values[offset] = label
  return values
}

describe('the mask over time', () => {
  it('is decided by the mean of the currents so far, on the image', () => {
    expect([...labels[0]!]).toEqual(
      image([
        [imageOffset([0, 0, 0]), 1],
        [imageOffset([1, 0, 0]), 2]
      ])
    )
    // Voxel 0 keeps its label by what came in before; voxel 1 loses it: 1.5 in all against 2 for the background.
    expect([...labels[1]!]).toEqual(
      image([
        [imageOffset([0, 0, 0]), 1],
        [imageOffset([1, 1, 1]), 1]
      ])
    )
  })

  it('settles at the timestep of the last change', () => {
    expect([...timeToStable(labels)]).toEqual(
      image([
        [imageOffset([0, 0, 0]), 1],
        [imageOffset([1, 0, 0]), 2],
        [imageOffset([1, 1, 1]), 2]
      ])
    )
  })

  it('is compared with its end and with the truth', () => {
    const voxels = Uint8Array.from(image([[imageOffset([0, 0, 0]), 2]]))
    expect(agreementOverTime(labels, { voxels, outside: 0 })).toEqual([
      { t: 1, toFinal: 0.5, toTruth: 2 / 3, changedVoxels: 2 },
      { t: 2, toFinal: 1, toTruth: 2 / 3, changedVoxels: 2 }
    ])
    // What the network never looked at is missed.
    expect(agreementOverTime(labels, { voxels, outside: 1 })[0]!.toTruth).toBe(0.5)
    expect(agreementOverTime(labels, null)[0]!.toTruth).toBeNull()
  })
})
