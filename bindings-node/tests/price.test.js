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
