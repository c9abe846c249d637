// What a hit is charged with: what V8 takes for it now, which grows until garbage is collected.

'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const price = require('../lib/price')

/** In place of what is measured, so that it can be told from all else. */
const SURPLUS_NS = 40_000_000
const measured = price.surplus
let asked = 0
price.surplus = () => {
  asked++
  return SURPLUS_NS
}
const { begin, end, Place, Placed, until } = require('./help')

const BATCH = 600
/** Hits without a collection behind which a hit takes three times as long, and attempts at that. */
const MANY = 8_000
const ATTEMPTS = 5

test.before(begin)
test.after(end)

test('a hit in a large function is charged with more', () => {
  const body = '  n = n > 1 ? n : n + 1\n'.repeat(400)
  const place = new Place(`exports.small = (n) => {
  return n //: small
}
exports.large = (n) => {
  n = 0 //: large
${body}}
`)
  const { small, large } = place.load()
  const [one, other] = ['small', 'large'].map((mark) => new Placed(place.at(mark), { kind: 'count' }))
  for (let n = 0; n < 64; n++) {
    small(n)
    large(n)
  }
  const [cheap, dear] = [one, other].map((placed) => placed.report().ns_per_hit)
  assert.ok(dear > 4 * cheap, `${cheap} and ${dear} ns`)
  for (const placed of [one, other]) placed.remove()
})

test('after many hits the surplus is asked for, and each hit is charged with it', async () => {
  const place = new Place('module.exports = (n) => {\n  return n + 1 //: f\n}\n')
  const f = place.load()
  const placed = new Placed(place.at('f'), { kind: 'count', condition: 'n < 0' })
  const hits = () => { for (let n = 0; n < BATCH; n++) f(n) }
  hits()
  assert.equal(asked, 0)
  const base = placed.report().ns_per_hit
  assert.ok(base < SURPLUS_NS, `${base} ns`)
  await until(() => asked > 0, () => 'nobody asked')
  const { state } = placed
  f(1)
  const charged = placed.report().ns_per_hit * (BATCH + 1) - base * BATCH
  assert.ok(charged >= SURPLUS_NS, `${state}: ${charged} ns`)
  placed.remove()
})

test('what is measured is never less than nothing, and no hit of a probe', () => {
  const place = new Place('module.exports = (n) => {\n  return n + 1 //: f\n}\n')
  place.load()
  const placed = new Placed(place.at('f'), { kind: 'count' })
  for (let round = 0; round < 5; round++) {
    const ns = measured()
    assert.ok(ns >= 0 && Number.isFinite(ns), `${ns} ns`)
  }
  assert.equal(placed.count('hits'), 0)
  placed.remove()
})

const COUNTING = `module.exports = (n) => {
  let sum = 0
  for (let at = 0; at < n; at++) {
    sum += at //: f
  }
  return sum
}
`
const NESTED = `let all\n${COUNTING.replace('sum +=', 'all = sum +=')}`
const KINDS = [
  ['of a function in one that has a context', NESTED],
  ['of one in one that has none', COUNTING]
]
for (const [kind, text] of KINDS) {
  test(`what is measured grows as what hits take does, ${kind}`, () => growsAlike(text))
}

function growsAlike (text) {
  const place = new Place(text)
  const f = place.load()
  const placed = new Placed(place.at('f'), { kind: 'count', condition: 'sum < 0' })
  const took = () => {
    const began = process.hrtime.bigint()
    f(20)
    return Number(process.hrtime.bigint() - began) / 20
  }
  const hit = () => Math.min(took(), took(), took(), took(), took())
  f(BATCH)
  const said = []
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = hit() - measured()
    f(MANY)
    const grown = hit() - before
    const surplus = measured()
    said.push([grown, surplus])
    // Else garbage was collected meanwhile.
    if (surplus > grown / 8 && grown > 50_000) break
  }
  const [grown, surplus] = said.at(-1)
  assert.ok(surplus > grown / 8 && grown > 50_000, JSON.stringify(said))
  placed.remove()
}
