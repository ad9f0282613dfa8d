import { describe, expect, it } from 'vitest'
import { engineMessageSchema, hostMessageSchema } from '../../../../src/shared/engine-protocol'
import { grid } from '../../../fixtures/geometries'

/** Contract fixtures: both sides of the channel must agree on these. */
const run = {
  type: 'run',
  jobId: 'j1',
  kind: 'segment',
  runtime: null,
  request: { image: 'a.nii.gz' }
}

describe('messages to the engine', () => {
  it.each([
    ['a run', run],
    ['a run on a forced runtime', { ...run, runtime: 'wasm' }],
    ['a run whose request is anything', { ...run, request: [1, null] }],
    ['a cancel', { type: 'cancel', jobId: 'j1' }]
  ])('takes %s', (_name, message) => {
    expect(hostMessageSchema.parse(message)).toEqual(message)
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'run'],
    ['an array', [run]],
    ['no type', { jobId: 'j1' }],
    ['an unknown type', { ...run, type: 'stop' }],
    ['a run without a job', { ...run, jobId: undefined }],
    ['an empty job', { type: 'cancel', jobId: '' }],
    ['a job that is a number', { type: 'cancel', jobId: 1 }],
    ['an unknown runtime', { ...run, runtime: 'opencl' }],
    ['a runtime left out', { type: 'run', jobId: 'j1', kind: 'segment', request: {} }],
    ['more than the contract says', { ...run, priority: 1 }]
  ])('refuses %s', (_name, message) => {
    expect(hostMessageSchema.safeParse(message).success).toBe(false)
  })
})

describe('messages of the engine', () => {
  const bad = { kind: 'input', message: 'bad' }
  const box = { side: 'left', grid: grid({ size: [52, 68, 52] }) }
  const progress = {
    type: 'progress',
    jobId: 'j1',
    stage: 'train',
    fraction: 0.5,
    message: 'half way'
  }

  it.each([
    ['ready', { type: 'ready' }],
    ['progress', progress],
    ['progress of unknown extent', { ...progress, fraction: null }],
    ['progress with data', { ...progress, data: { loss: 0.3, mask: new Float32Array(2) } }],
    ['a result', { type: 'result', jobId: 'j1', value: { out: 'mask.nii.gz' } }],
    ['a failure', { type: 'failed', jobId: 'j1', error: { kind: 'input', message: 'bad' } }],
    ['a failure to locate', { type: 'failed', jobId: 'j1', error: { ...bad, guess: [box] } }],
    [
      'a failure to locate of which nothing is known',
      { type: 'failed', jobId: 'j1', error: { ...bad, guess: [] } }
    ],
    ['a log line', { type: 'log', level: 'warning', message: 'slow' }]
  ])('takes %s', (_name, message) => {
    expect(engineMessageSchema.parse(message)).toEqual(message)
  })

  it.each([
    ['nothing', undefined],
    ['an unknown type', { type: 'done', jobId: 'j1' }],
    ['progress beyond its end', { ...progress, fraction: 1.01 }],
    ['progress that is not a number', { ...progress, fraction: NaN }],
    ['progress without a job', { ...progress, jobId: undefined }],
    ['data that is not a record', { ...progress, data: [1] }],
    [
      'a failure of no known kind',
      { type: 'failed', jobId: 'j1', error: { kind: 'x', message: 'y' } }
    ],
    [
      'a failure without a reason',
      { type: 'failed', jobId: 'j1', error: { kind: 'input', message: '' } }
    ],
    [
      'a guess that is no box',
      { type: 'failed', jobId: 'j1', error: { ...bad, guess: [{ side: 'left' }] } }
    ],
    [
      'more boxes than sides',
      { type: 'failed', jobId: 'j1', error: { ...bad, guess: [box, box, box] } }
    ],
    ['a log line of no known level', { type: 'log', level: 'debug', message: 'x' }]
  ])('refuses %s', (_name, message) => {
    expect(engineMessageSchema.safeParse(message).success).toBe(false)
  })
})
