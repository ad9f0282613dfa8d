import { describe, expect, test } from 'vitest'
import {
  mean,
  median,
  percentile,
  standardDeviation
} from '../../../../src/core/metrics/statistics'

const VALUES = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]

describe('statistics', () => {
  test.each([
    [0, 1],
    [10, 1],
    [33, 3],
    [50, 4],
    [95, 7.5],
    [100, 9]
  ])('the %ith percentile is numpy’s', (percent, expected) => {
    expect(percentile(VALUES, percent)).toBeCloseTo(expected, 12)
  })

  test('mean and population deviation are numpy’s', () => {
    expect(mean(VALUES)).toBe(4)
    expect(standardDeviation(VALUES)).toBeCloseTo(2.256304299271065, 12)
  })

  test('the median of an even number of values lies between the two in the middle', () => {
    expect(median([10, 1, 4, 2])).toBe(3)
    expect(median([7])).toBe(7)
  })

  test('the values are left in their order', () => {
    const values = Float32Array.of(3, 1, 2)
    percentile(values, 50)
    expect([...values]).toEqual([3, 1, 2])
  })

  test('nothing has no mean and no percentile', () => {
    expect(mean([])).toBeNaN()
    expect(percentile([], 50)).toBeNaN()
  })
})
