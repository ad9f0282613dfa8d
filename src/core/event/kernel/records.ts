/**
 * What the host writes for the kernel, in shared memory: 32-bit words in this order (see ../records.ts, which writes them).
 * Addresses are byte offsets into the memory; 0 stands for "not there".
 */

/** How a source reaches the layer that takes it in. */
export namespace Tap {
  /** 3×3×3 around the neuron, at the source's own resolution. */
  export const SAME: i32 = 0
  /** 3×3×3 on the 2³ average: an input is a bit of how many of the eight voxels fired. */
  export const POOLED: i32 = 1
  /** 3×3×3 on the nearest upsampling, merged to 2×2×2 on the source. */
  export const UPSAMPLED: i32 = 2
  /** 1×1×1. */
  export const POINT: i32 = 3
}

export namespace Mode {
  export const BINARY: i32 = 0
  export const TERNARY: i32 = 1
  export const TERNARY_MEMORY: i32 = 2
}

export namespace Kind {
  /** Spikes from spikes. */
  export const SPIKING: i32 = 0
  /** Spikes from the real-valued image: one current for all timesteps. */
  export const IMAGE: i32 = 1
  /** Integrates and never fires. */
  export const OUTPUT: i32 = 2
}

/** Bit masks of the spikes of one layer: [timestep][z][y][x][channel], the lowest bit of a byte first. */
@unmanaged
export class Masks {
  positive: usize
  /** 0 where no neuron fires negatively. */
  negative: usize
  width: i32
  height: i32
  depth: i32
  channels: i32
  rowBytes: i32
  stepBytes: i32
}

@unmanaged
export class Source {
  masks: Masks
  tap: i32
  /**
   * [tap x][row][input][output channel] a block of output channels; for UPSAMPLED the same for each of the 8 parities. Into the output
   * layer sums, [block][eight channels][their mask][4 outputs].
   */
  weights: usize
  /** Bytes of the weights of one block (and parity). */
  blockBytes: i32
  /** Rows of the source that reach one row of neurons: 9, 4 (UPSAMPLED) or 1. */
  rows: i32
  /** Inputs of one voxel: its channels, or the four bits of their counts (POOLED). */
  inputs: i32
}

@unmanaged
export class Layer {
  kind: i32
  mode: i32
  /** Grid of the neurons. */
  width: i32
  height: i32
  depth: i32
  /** Padded to whole blocks. */
  channels: i32
  /** Output channels that are done in one pass: 16, 32 of 16-bit integers where there are as many, or 4 in the output layer. */
  block: i32
  /** Neurons of a row that are done in one pass, so that 16 bits number their inputs. */
  segment: i32
  /** Bytes of a potential, a bias or a weight, as a power of two: 2 for 32-bit floats, 1 for 16-bit integers. */
  width2: i32
  /** Bias over threshold, [channels]. */
  bias: usize
  /** Of a 16-bit integer potential, the threshold and the initial potential. */
  unit: i32
  initialUnit: i32
  initialPotential: f32
  /** What it fires; unused by the output. */
  spikes: Masks
  /** Between two windows of timesteps: [z][y][x][channels]; 0 where one window does them all. */
  potentials: usize
  netCounts: usize
  /** IMAGE: the image with a border of one voxel, [z+2][y+2][x+2], and its weights [27][channels]. */
  image: usize
  imageWeights: usize
  /** OUTPUT: summed current [z][y][x][channels], and the current of each timestep or 0. */
  sum: usize
  steps: usize
  /** Next chunk of rows that no worker has taken. */
  nextChunk: usize
  sourceCount: i32
  /** Addresses of at most two Source records. */
  source0: Source
  source1: Source
  /** Spikes by worker and timestep, [worker][timestep][positive, negative] of 64 bits. */
  counters: usize
  /** Length of that table's second axis. */
  timesteps: i32
}

@unmanaged
export class Plan {
  layers: usize
  layerCount: i32
  workers: i32
  /** Rows of one plane that a worker takes at a time. */
  chunk: i32
  /** Arrived workers, and the number of meetings so far. */
  arrived: i32
  meetings: i32
  /** Set to stop early. */
  cancelled: i32
  /** The positions of the first eight set bits of each 16-bit mask, 8 bytes a mask, the lowest first. */
  bitTable: usize
  /** Scratch memory of the workers, and its length for one. */
  scratch: usize
  scratchBytes: i32
  /** Accumulates by worker, 64 bits each. */
  accumulates: usize
}

/** Where things lie in a worker's scratch memory. */
@unmanaged
export class Scratch {
  /** Potentials and net counts of a segment of a chunk of rows, [row][x][channels]. */
  potentials: usize
  netCounts: usize
  /** Constant currents, likewise. */
  currents: usize
  /** Spike lists: by source its positive and its negative one. */
  list0: usize
  list1: usize
  list2: usize
  list3: usize
  /** Where in its list each x begins, by list. */
  starts0: usize
  starts1: usize
  starts2: usize
  starts3: usize
  /** PooledRows records, by list. */
  pooledRows0: usize
  pooledRows1: usize
  pooledRows2: usize
  pooledRows3: usize
  /** The inputs that go into a list, sixteen by sixteen. */
  words: usize
  /** Window and Reach records, by list. */
  windows: usize
  reaches: usize
}

/** One spike list and the weights it selects, prepared for a segment, a timestep and a block of output channels. */
@unmanaged
export class Reach {
  starts: usize
  /** Weights for neurons of even and of odd x; they differ behind an upsampling alone. */
  even: usize
  odd: usize
  /** 1 where two neurons share a column (behind an upsampling), else 0. */
  halve: i32
  /** From a neuron's column to the first that reaches it, and how many do, in bytes of `starts`. */
  offset: usize
  columns: usize
  /** Bytes of the weights of one column. */
  stride: usize
  /** 1 for spikes that count negatively. */
  negative: i32
  /** 0 or 1: which of the layer's sources it is. */
  source: i32
}

/** Counts of pooled rows (see pool.ts): a ring for each plane around the neurons. */
@unmanaged
export class PooledRows {
  /** Which row of the source each slot holds, [plane][row modulo 3]. */
  keys: usize
  slots: usize
  slotBytes: i32
}

/** One segment of the source at one timestep. */
@unmanaged
export class Window {
  /** The masks of the timestep. */
  masks: usize
  /** Of the neurons, in columns of the source (after pooling, before upsampling). */
  first: i32
  length: i32
  bitTable: usize
}
