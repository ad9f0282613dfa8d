import { runChunk } from './rows'
import { meet } from './meeting'
import { Layer, Plan } from './records'


/** Where the layers' records lie. */
@inline
function layerAt(plan: Plan, index: i32): Layer {
  return changetype<Layer>(load<u32>(plan.layers + (<usize>index << 2)))
}

/**
 * A worker's share of one layer over timesteps t0…t1−1: takes chunks of rows until none is left, or the run is cancelled.
 *
 * @returns 1 where chunks are left because `limit` were done, else 0
 */
export function runLayer(planAt: usize, index: i32, worker: i32, t0: i32, t1: i32, limit: i32): i32 {
  const plan = changetype<Plan>(planAt)
  const layer = layerAt(plan, index)
  const chunksOfPlane = (layer.height + plan.chunk - 1) / plan.chunk
  const chunks = chunksOfPlane * layer.depth
  for (; limit > 0; limit--) {
    if (atomic.load<i32>(planAt + offsetof<Plan>('cancelled')) != 0) return 0
    const chunk = atomic.add<i32>(layer.nextChunk, 1)
    if (chunk >= chunks) return 0
    runChunk(plan, layer, worker, (chunk % chunksOfPlane) * plan.chunk, chunk / chunksOfPlane, t0, t1)
  }
  return 1
}

/** A worker's share of the whole network over timesteps t0…t1−1; all workers meet after each layer. */
export function run(planAt: usize, worker: i32, t0: i32, t1: i32): void {
  const plan = changetype<Plan>(planAt)
  for (let index = 0; index < plan.layerCount; index++) {
    runLayer(planAt, index, worker, t0, t1, i32.MAX_VALUE)
    if (plan.workers > 1) meet(plan)
  }
}
