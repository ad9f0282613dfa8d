import { describe, expect, it } from 'vitest'
import { engineEnvironment } from '../../../../src/main/jobs/engine-environment'
import { engineExitError, type EngineExit } from '../../../../src/main/jobs/engine-exit'

function messageOf(exit: Partial<EngineExit>): string {
  const error = engineExitError({ code: null, signal: null, tail: [], ...exit })
  expect(error.kind).toBe('internal')
  expect(error.message).not.toContain('\n')
  return error.message
}

describe('why an engine ended', () => {
  it('is the memory, where the system killed it', () => {
    expect(messageOf({ signal: 'SIGKILL' })).toMatch(/killed from outside.*memory/)
    expect(messageOf({ code: 137 })).toMatch(/killed from outside.*memory/)
  })

  it("is V8's heap, where V8 says so", () => {
    const tail = [
      '<--- Last few GCs --->',
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'
    ]
    expect(messageOf({ signal: 'SIGABRT', tail })).toMatch(/max-old-space-size/)
  })

  it("is the memory, where TensorFlow's allocator says so", () => {
    const tail = ["terminate called after throwing an instance of 'std::bad_alloc'"]
    expect(messageOf({ signal: 'SIGABRT', tail })).toMatch(/ran out of memory/)
  })

  it('is a crash, with the last line it printed', () => {
    const tail = ['first', 'illegal instruction in libtensorflow', '  ']
    const message = messageOf({ signal: 'SIGILL', tail })
    expect(message).toContain('SIGILL (illegal instruction in libtensorflow)')
    expect(messageOf({ code: 134 })).toContain('SIGABRT')
  })

  it('is its code, where there is nothing better', () => {
    expect(messageOf({ code: 7 })).toContain('ended with code 7 before its job was done')
  })

  it('keeps what was printed', () => {
    const error = engineExitError({ code: 1, signal: null, tail: ['one', 'two'] })
    expect((error.cause as Error).message).toBe('one\ntwo')
  })
})

describe("the engine's environment", () => {
  it('keeps large tensors in the process', () => {
    expect(engineEnvironment({ HOME: '/home/a' })).toMatchObject({
      HOME: '/home/a',
      MALLOC_MMAP_THRESHOLD_: '8589934592',
      MALLOC_TRIM_THRESHOLD_: '17179869184',
      MALLOC_ARENA_MAX: '1',
      TF_CPP_MIN_LOG_LEVEL: '2'
    })
  })

  it('leaves what the user has set', () => {
    expect(engineEnvironment({ TF_CPP_MIN_LOG_LEVEL: '0' })['TF_CPP_MIN_LOG_LEVEL']).toBe('0')
  })
})
