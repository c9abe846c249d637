// Ordinary code with nothing probed: nanoseconds of its fastest turn, and whether there is an agent.
//
//     node [--require …/register.js] streams.js MILLISECONDS
//
// Invariant: every turn comes to the same sum.

'use strict'

class Line {
  #price
  constructor (sku, price, count) {
    this.sku = sku
    this.#price = price
    this.count = count
  }

  get total () {
    return this.#price * this.count
  }
}

function order (seed) {
  const lines = Array.from({ length: 20 }, (_, at) => {
    return new Line(`SF-${(seed * 7 + at) % 50}`, (at % 9) + 0.5, (seed + at) % 4)
  })
  return { seed, lines, note: seed % 3 === 0 ? null : `order ${seed}` }
}

function turn () {
  const bySku = new Map()
  for (let seed = 0; seed < 50; seed++) {
    const { lines, note } = order(seed)
    for (const line of lines.filter((one) => one.count > 0)) {
      bySku.set(line.sku, (bySku.get(line.sku) ?? 0) + line.total)
    }
    if (note !== null) bySku.set(note, note.split(' ').map((part) => part.length).at(-1))
  }
  const text = JSON.stringify([...bySku])
  return JSON.parse(text).reduce((sum, [key, total]) => sum + key.length + total, 0)
}

const wanted = turn()
const end = performance.now() + Number(process.argv[2])
let best = Infinity
while (performance.now() < end) {
  const began = process.hrtime.bigint()
  const sum = turn()
  best = Math.min(best, Number(process.hrtime.bigint() - began))
  if (sum !== wanted) throw new Error(`a turn came to ${sum} instead of ${wanted}`)
}
console.log(best, typeof __stillframe === 'function')
