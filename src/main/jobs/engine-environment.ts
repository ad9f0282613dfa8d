/**
 * Settings of the engine's allocator and of TensorFlow's logging, which both read before any code of ours runs.
 *
 * glibc otherwise hands every large tensor back to the kernel as it is freed and faults it in again at the next step: a
 * training step then takes half as long again.
 */
const DEFAULTS: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '8589934592',
  MALLOC_TRIM_THRESHOLD_: '17179869184',
  MALLOC_ARENA_MAX: '1',
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  TF_CPP_MIN_LOG_LEVEL: '2'
}

/** The environment of an engine process: the host's, and our settings where the user has none of their own. */
export function engineEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...DEFAULTS, ...environment }
}
