// Lines of functions whose parameters have defaults: what is captured, and what the application sees.
//
// Invariant: a probe on any line changes no result, and no error but the function's own comes up.

'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { begin, end, Place, Placed } = require('./help')

const MAJOR = parseInt(process.versions.node, 10)
const SOURCE = `
const twice = (n) => n * 2
function plain (a, b = a, { c } = {}, ...d) {
  return [a, b, c, d] //: plain
}
function empty (a, b = a, { c } = {}, ...d) {} //: empty
function list (
  a,
  b = twice(a), //: default
  { c = twice(b), ...others } = { c: 1, x: 2 }, //: pattern
  ...d
) {
  const sum = a + b + c //: body
  return [sum, others, d] //: end
}
function shadows (a, b = () => a, c = b()) {
  var a = 5 //: shadowed
  {
    let b = 6 //: inner
    a += b
  }
  return [a, b(), c] //: shadowing
}
function before (a = twice(1), b = typeof later === 'undefined' ? 1 : 2) {
  const first = a + b //: first
  let later = first + 1 //: later
  return later //: behind
}
function dead (a = b, b = 1) {
  return [a, b] //: dead
}
class Cart {
  #items = [1]
  total (factor = this.#items.length, add = (n) => n + factor) {
    const all = this.#items.map((one) => add(one) * factor) //: method
    return all //: total
  }
}
const arrow = (a, { b = a } = {}, [c] = [b]) => {
  return a + b + c //: arrow
}
const bare = (a, b = a) => a + b //: bare
function * counts (from = 1, to = from + 2) {
  for (let n = from; n < to; n++) {
    yield n //: yields
  }
}
async function waits (a, b = a + 1) {
  await null
  return a + b //: waits
}
function uses (a, b = a) {
  return [arguments.length, eval('a + b')] //: evaluated
}
function all () {
  const said = []
  const call = (work) => {
    try {
      said.push(work())
    } catch (error) {
      said.push(String(error))
    }
  }
  call(() => plain(1))
  call(() => plain(1, 2, { c: 3 }, 4, 5))
  call(() => empty(1))
  call(() => list(1))
  call(() => list(1, 2, { c: 3, y: 4 }, 5))
  call(() => list(1, 2, {}))
  call(() => shadows(1))
  call(() => before())
  call(() => dead())
  call(() => dead(3))
  call(() => new Cart().total())
  call(() => arrow(1))
  call(() => arrow(1, { b: 2 }, [3]))
  call(() => bare(1))
  call(() => [...counts()])
  call(() => uses(1))
  return said
}
module.exports = { all, waits }
`

test.before(begin)
test.after(end)

const MARKS = [...SOURCE.matchAll(/\/\/: (\w+)$/gm)].map(([, mark]) => mark)
const WANTED = [
  [1, 1, undefined, []], [1, 2, 3, [4, 5]], undefined, [4, { x: 2 }, []], [6, { y: 4 }, [5]],
  [7, {}, []],
  [11, 1, 1], 4, "ReferenceError: Cannot access 'b' before initialization", [3, 1], [2], 3, 6, 2,
  [1, 2], [1, 2]
]

/** Lets everything run; its own result each time. */
async function runs ({ all, waits }, told) {
  assert.deepEqual(all(), WANTED, told)
  assert.equal(await waits(1), 3, told)
}

test('without a probe this is what the functions do', () => runs(new Place(SOURCE).load()))

/** Lines of which nothing runs but the end of the function, where its parameters are not told. */
const BARE = ['empty']
/** Counts are not limited as snapshots are. */
const COUNT = { kind: 'count' }

test('a probe on each line, by itself, is hit', async () => {
  for (const mark of MARKS) {
    const place = new Place(SOURCE)
    const functions = place.load()
    const options = BARE.includes(mark) ? COUNT : { watches: ['typeof globalThis'] }
    const placed = [new Placed(place.at(mark), COUNT), new Placed(place.at(mark), options)]
    for (const { state } of placed.map((one) => one.report())) assert.equal(state, 'armed', mark)
    await runs(functions, mark)
    const [hits, all] = placed.map((one) => one.count('hits'))
    assert.ok(hits > 0 && hits === all, `${mark}: ${hits} ${all}`)
    for (const one of placed) {
      assert.equal(one.count('missed'), 0, mark)
      one.remove()
    }
  }
})

test('probes on all lines at once, and conditions that read parameters', async () => {
  const place = new Place(SOURCE)
  const functions = place.load()
  const placed = MARKS.map((mark) => new Placed(place.at(mark)))
  const conditions = ['plain', 'body', 'arrow', 'dead', 'waits'].map((mark) => {
    return new Placed(place.at(mark), { ...COUNT, condition: 'a >= 1 && b !== undefined' })
  })
  await runs(functions)
  for (const one of conditions) {
    const counts = [one.state, one.count('condition_failed'), one.count('captured') > 0]
    assert.deepEqual(counts, ['armed', 0, true], JSON.stringify(one.report()))
  }
  for (const one of [...placed, ...conditions]) one.remove()
})

test('what is not set yet in a list of parameters is told as such', async () => {
  const place = new Place(SOURCE)
  const { all } = place.load()
  // Snapshots of all probes share a rate of 25 a second.
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  const marks = ['default', 'body', 'inner', 'arrow']
  const placed = marks.map((mark) => new Placed(place.at(mark), { limit: 1 }))
  all()
  const shown = []
  for (const one of placed) shown.push((await one.snapshots())[0].locals)
  const [list, body, inner, arrow] = shown
  const missing = (name) => list[name]?.$missing
  for (const name of ['c', 'd', 'sum']) assert.equal(missing(name), 'not set yet', name)
  // V8 of Node 20 tells undefined of what is being set.
  const being = MAJOR < 22 ? [undefined] : ['not set yet']
  assert.deepEqual([list.a, missing('b')], [1, ...being])
  assert.deepEqual([body.a, body.b, body.c, body.others.x], [1, 2, 1, 2])
  assert.equal(inner.a, 5)
  assert.deepEqual([arrow.a, arrow.b, arrow.c], [1, 1, 1])
  for (const one of placed) one.remove()
})
