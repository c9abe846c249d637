// Durations: which passages of functions and lines are measured, and which are told as lost.

'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const stillframe = require('..')
const { begin, end, Place, Placed, until } = require('./help')

test.before(begin)
test.after(end)

/** Milliseconds that a call of `busy` takes at least. */
const BUSY_MS = 4
/** What a hit of the end takes at least, here and on faster machines, before our code runs. */
const HIT_NS = 15_000
/** Milliseconds of one outside of what is measured: longer than a busy machine stops a thread. */
const LONG_MS = 300

const HELPERS = `
function busy (ms = ${BUSY_MS}) {
  const until = performance.now() + ms
  while (performance.now() < until) {}
}
const soon = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
`

/** A time probe on a function or range of a source, and the source's exports. */
function timed (source, where, options = {}) {
  const place = new Place(HELPERS + source)
  const exports = place.load()
  const range = /^(\w+)\.\.(\w+)$/.exec(where)
  const name = range === null ? where : `${place.line(range[1])}..${place.line(range[2])}`
  const placed = new Placed(`${place.file}:${name}`, { kind: 'time', ...options })
  assert.equal(placed.state, 'armed', JSON.stringify(placed.report()))
  return { exports, placed }
}

/** Counts of passages; they add up to those that were begun. */
function counts (placed) {
  const { durations, counters } = placed.report()
  const { ended, exceptions, open, lost } = durations
  assert.equal(counters.captured, ended + open + lost, JSON.stringify({ durations, counters }))
  return { ended, exceptions, open, lost }
}

/** That many ended, and nothing else is to be told. */
function onlyEnded (placed, ended) {
  assert.deepEqual(counts(placed), { ended, exceptions: 0, open: 0, lost: 0 })
}

const spread = (placed, of = 'running') => placed.report().durations[of]

test('each call is measured from its begin to its return', () => {
  const { exports: { f }, placed } = timed(`
function f (n) {
  if (n > 1) return busy()
  return 1
}
module.exports = { f }`, 'f')
  f(1)
  f(2)
  f(3)
  onlyEnded(placed, 3)
  const { count, min_ns: min, max_ns: max } = spread(placed)
  assert.equal(count, 3)
  assert.ok(min < BUSY_MS * 1e6 && max >= BUSY_MS * 1e6 - 1e5, `${min} ${max}`)
  placed.remove()
})

test('what V8 takes for a hit is taken off', () => {
  const { exports: { f }, placed } = timed(`
function f (n) {
  return n
}
module.exports = { f }`, 'f')
  for (let n = 0; n < 200; n++) f(n)
  onlyEnded(placed, 200)
  const { min_ns: min } = spread(placed)
  assert.ok(min < HIT_NS, `${min}`)
  placed.remove()
})

test('calls inside calls are told apart, also where an exception ends some', async () => {
  const { exports: { f }, placed } = timed(`
function f (n) {
  let caught = 0
  for (const one of [1, 2]) {
    try {
      if (n > 0) f(n - 1)
      else if (one === 2) raise()
    } catch {
      caught++
    }
  }
  return caught
}
function raise () { throw new Error('raised') }
module.exports = { f }`, 'f')
  f(3)
  onlyEnded(placed, 15)
  placed.remove()
})

test('a call that an exception ends is lost, and one that throws itself is told so', async () => {
  const { exports: { outer }, placed } = timed(`
function f (n) {
  if (n === 1) throw new Error('own')
  if (n === 2) raise()
  return n
}
function raise () { throw new Error('of another') }
function outer () {
  for (const n of [0, 1, 2, 0]) {
    try { f(n) } catch {}
  }
}
module.exports = { outer }`, 'f')
  outer()
  await until(() => counts(placed).open === 0, () => JSON.stringify(counts(placed)))
  assert.deepEqual(counts(placed), { ended: 3, exceptions: 1, open: 0, lost: 1 })
  placed.remove()
})

test('a return out of a finally or an iteration is seen', async () => {
  const { exports: { f, g }, placed } = timed(`
function f (list) {
  for (const one of list) {
    if (one > 1) return one
  }
  return 0
}
function g (list) {
  try {
    return f(list)
  } finally {
    busy()
  }
}
module.exports = { f, g }`, 'g')
  g([1, 2])
  await until(() => counts(placed).open === 0, () => JSON.stringify(counts(placed)))
  onlyEnded(placed, 1)
  placed.remove()
  const { exports, placed: other } = timed(`
function f (list) {
  for (const one of list) {
    if (one > 1) return one
  }
  return 0
}
module.exports = { f }`, 'f')
  exports.f([1, 2, 3])
  exports.f([1])
  await until(() => counts(other).open === 0, () => JSON.stringify(counts(other)))
  onlyEnded(other, 2)
  other.remove()
})

test('lines are measured from their begin to whatever is next', () => {
  const { exports: { f }, placed } = timed(`
function f (n) {
  let sum = 0
  for (let i = 0; i < n; i++) {
    sum += i //: first
    if (i === 3) continue
    if (i === 5) break
    sum += 0 //: last
  }
  busy(${LONG_MS})
  return sum
}
module.exports = { f }`, 'first..last')
  f(7)
  onlyEnded(placed, 6)
  const { max_ns: max } = spread(placed)
  assert.ok(max < LONG_MS * 1e6, `${max}`)
  placed.remove()
})

test('a loop in the lines is one passage, entered anew with each call', async () => {
  const { exports: { f }, placed } = timed(`
function f (n) {
  let left = n
  while (left > 0) { //: first
    if (left === 77) raise()
    left--
  } //: last
  return left
}
function raise () { throw new Error('raised') }
module.exports = { f }`.replace('  } //: last', '    busy() //: last\n  }'), 'first..last')
  f(3)
  try { f(77) } catch {}
  f(2)
  await until(() => counts(placed).open === 0, () => JSON.stringify(counts(placed)))
  assert.deepEqual(counts(placed), { ended: 2, exceptions: 0, open: 0, lost: 1 })
  placed.remove()
})

test('a catch ends what an exception leaves', () => {
  const { exports: { f }, placed } = timed(`
function f (n) {
  try {
    n.toFixed() //: first
    n.busy() //: last
  } catch (error) {
    return error.name
  }
  return n
}
module.exports = { f }`, 'first..last')
  assert.equal(f(1), 'TypeError')
  assert.equal(f({ toFixed () {}, busy () {} }).busy(), undefined)
  assert.deepEqual(counts(placed), { ended: 2, exceptions: 1, open: 0, lost: 0 })
  placed.remove()
})

test('calls that wait are told apart by what they were given', async () => {
  const { exports: { f }, placed } = timed(`
async function f (request, ms) {
  const before = performance.now()
  await soon(ms)
  return before
}
module.exports = { f }`, 'f')
  assert.match(JSON.stringify(placed.report()), /told apart by this, request, ms/)
  await Promise.all([f({}, 30), f({}, 10), f({}, 20)])
  onlyEnded(placed, 3)
  const { count, min_ns: min, max_ns: max } = spread(placed, 'elapsed')
  assert.equal(count, 3)
  assert.ok(min >= 9e6 && min < 30e6 && max >= 29e6, `${min} ${max}`)
  assert.equal(spread(placed), undefined)
  placed.remove()
})

test('calls that wait and are alike are lost, not guessed', async () => {
  const { exports: { f }, placed } = timed(`
async function f (ms) {
  await soon(ms)
  return ms
}
module.exports = { f }`, 'f')
  await Promise.all([f(10), f(10), f(20)])
  await f(10)
  assert.deepEqual(counts(placed), { ended: 2, exceptions: 0, open: 0, lost: 2 })
  placed.remove()
})

test('a condition chooses the passages, once each', () => {
  const { exports: { f }, placed } = timed(`
function f (n) {
  let left = n
  while (left > 0) { //: first
    left-- //: last
  }
  return left
}
module.exports = { f }`, 'first..last', { condition: 'n > 2' })
  for (const n of [1, 2, 3, 4]) f(n)
  onlyEnded(placed, 2)
  assert.equal(placed.count('condition_false'), 2)
  placed.remove()
})

test('a snapshot and a count at the same place stay out of what is measured', async () => {
  const place = new Place(`${HELPERS}
function f (n) {
  const big = Array.from({ length: 50 }, (_, at) => ({ at })) //: first
  return big.length + n //: end
}
module.exports = { f }`)
  const { f } = place.load()
  const placed = new Placed(`${place.file}:f`, { kind: 'time' })
  const snap = new Placed(place.at('first'))
  const count = new Placed(place.at('first'), { kind: 'count' })
  for (let n = 0; n < 20; n++) f(n)
  onlyEnded(placed, 20)
  assert.equal(count.count('captured'), 20)
  await snap.snapshots(20)
  for (const one of [placed, snap, count]) one.remove()
})

test('what cannot be timed says why', () => {
  const place = new Place(`
function f (n) {
  while (n > 0) {
    n--
  }
}
function g (n) {
  if (n > 0) { //: head
    n-- //: inside
  }
  return n
}
module.exports = { f, g }`)
  place.load()
  const reasonOf = (where) => {
    const placed = new Placed(`${place.file}:${where}`, { kind: 'time' })
    const report = JSON.stringify(placed.report())
    placed.remove()
    return report
  }
  assert.match(reasonOf('f'), /the test of a loop/)
  const head = place.line('head')
  const wanted = new RegExp(`time whole statements, here ${head}..${head + 2}`)
  assert.match(reasonOf(`${head}..${head}`), wanted)
})

test('with the probe goes what was under way', async () => {
  const { exports: { f }, placed } = timed(`
async function f (request) {
  await request.gate
  return request
}
module.exports = { f }`, 'f', { limit: 1 })
  let open
  const call = f({ gate: new Promise((resolve) => { open = resolve }) })
  assert.deepEqual(counts(placed), { ended: 0, exceptions: 0, open: 1, lost: 0 })
  placed.remove()
  open()
  await call
  assert.equal(stillframe.status().probes.length, 0)
})
