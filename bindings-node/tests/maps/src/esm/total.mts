import { rate } from './rate.mjs'

export interface Line { price: number, count?: number }

export function total (lines: Line[] = [{ price: 2 }]): number {
  let sum: number = 0
  for (const { price, count = 1 } of lines) {
    sum += price * count * rate //: body
  }
  return sum //: total
}
