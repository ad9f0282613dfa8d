import { Plan } from './records'

/** Waits until all workers are here. Sleeps in the kernel of the system: on a busy machine spinning is slower than one worker. */
export function meet(plan: Plan): void {
  const arrived = changetype<usize>(plan) + offsetof<Plan>('arrived')
  const meetings = changetype<usize>(plan) + offsetof<Plan>('meetings')
  const meeting = atomic.load<i32>(meetings)
  if (atomic.add<i32>(arrived, 1) + 1 == plan.workers) {
    atomic.store<i32>(arrived, 0)
    atomic.add<i32>(meetings, 1)
    atomic.notify(meetings, -1)
    return
  }
  while (atomic.load<i32>(meetings) == meeting) {
    atomic.wait<i32>(meetings, meeting, -1)
  }
}
