// Durations in worker threads, and of functions that were written in other files than V8 has.
//
// Invariant: each passage is measured or told as lost, in whichever thread.

'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { begin, end, Place, Placed, Project, until } = require('./help')
const { hire } = require('./staff')

/** Milliseconds that a busy call takes at least, and nanoseconds that clocks may differ by. */
const BUSY_MS = 4
const SLACK_NS = 1e5
const WORK = `function busy () {
  const until = performance.now() + ${BUSY_MS}
  while (performance.now() < until) {}
}
exports.work = function (n) {
  if (n > 1) { //: first
    busy()
  } //: last
  return n
}
exports.waits = async function (n) {
  await null
  return n
}
`
const ORDERS = 'src/orders/orders.service.ts'

test.before(begin)
test.after(end)

const noted = (placed) => placed.report().at?.note

/** A time probe, armed in each thread that has the file. */
async function timed (location) {
  const placed = new Placed(location, { kind: 'time' })
  const is = () => placed.state !== 'pending' && !/let us in/.test(noted(placed))
  await until(is, () => JSON.stringify(placed.report()))
  assert.equal(placed.state, 'armed', JSON.stringify(placed.report()))
  return placed
}

/** That many passages ended, so many of them busy, and nothing else is to be told. */
function onlyEnded (placed, wanted, busy = 0) {
  const { durations, counters } = placed.report()
  const { ended, exceptions, open, lost } = durations
  // Of calls that wait there is only the time that passed.
  const spread = durations.running ?? durations.elapsed
  const found = [ended, exceptions, open, lost, counters.captured]
  assert.deepEqual(found, [wanted, 0, 0, 0, wanted], JSON.stringify(durations))
  assert.equal(spread.count, wanted)
  if (busy > 0) assert.ok(spread.max_ns >= BUSY_MS * 1e6 - SLACK_NS, JSON.stringify(spread))
}

test('calls are measured in main and in workers, each in its own thread', async (t) => {
  const place = new Place(WORK)
  const { work } = place.load()
  const hands = [hire(t), hire(t), hire(t)]
  for (const hand of hands) await hand.tell('call', place.file, 'work')
  const placed = await timed(`${place.file}:work`)
  work(1)
  const calls = hands.map((hand) => hand.tell('call', place.file, 'work', 20, 1))
  await Promise.all(calls)
  await hands[0].tell('call', place.file, 'work', 1, 2)
  onlyEnded(placed, 62, 1)
  // One that comes later is measured from its first call on.
  const late = hire(t)
  await late.tell('call', place.file, 'work', 3, 1)
  onlyEnded(placed, 65, 1)
  placed.remove()
})

test('what only workers have is timed there: functions, lines, calls that wait', async (t) => {
  const place = new Place(WORK)
  const hand = hire(t)
  await hand.tell('call', place.file, 'work')
  const lines = `${place.file}:${place.line('first')}..${place.line('last')}`
  const whole = await timed(`${place.file}:work`)
  const part = await timed(lines)
  const waits = await timed(`${place.file}:waits`)
  await hand.tell('call', place.file, 'work', 10, 1)
  await hand.tell('call', place.file, 'work', 1, 2)
  await hand.tell('call', place.file, 'waits', 1, 1)
  onlyEnded(whole, 11, 1)
  onlyEnded(part, 11, 1)
  onlyEnded(waits, 1)
  const other = hire(t)
  await other.tell('call', place.file, 'work', 5, 1)
  for (const placed of [whole, part]) onlyEnded(placed, 16, 1)
  for (const placed of [whole, part, waits]) placed.remove()
  await hand.tell('call', place.file, 'work', 5, 1)
})

test('a probe that waits for its code times the first call where that is loaded', async (t) => {
  const place = new Place(WORK.replace('exports.work =', 'exports.fresh =') + 'exports.work = 1\n')
  const placed = new Placed(`${place.file}:fresh`, { kind: 'time' })
  assert.equal(placed.state, 'pending')
  const hand = hire(t)
  await hand.tell('call', place.file, 'fresh', 4, 1)
  assert.equal(placed.state, 'armed', JSON.stringify(placed.report()))
  onlyEnded(placed, 4)
  await hand.end()
  // What is known of the file stays, and where it can be stopped only V8 says.
  const again = new Placed(`${place.file}:waits`, { kind: 'time' })
  const { state, why } = again.report()
  assert.deepEqual([state, why.code], ['pending', 'waiting_for_runtime'], JSON.stringify(why))
  const next = hire(t)
  await next.tell('call', place.file, 'waits', 1, 1)
  assert.equal(again.state, 'armed', JSON.stringify(again.report()))
  onlyEnded(again, 1)
  for (const one of [placed, again]) one.remove()
})

test('a worker that is in its JavaScript is reached there', async (t) => {
  const place = new Place(WORK)
  const hand = hire(t)
  await hand.tell('call', place.file, 'work')
  await hand.hold('wait', 'call', place.file, 'work', 8, 1)
  const placed = await timed(`${place.file}:work`)
  assert.equal(hand.flag[1], 1)
  await hand.release()
  onlyEnded(placed, 8)
  await hand.end()
  onlyEnded(placed, 8)
  placed.remove()
})

for (const made of ['tsc', 'bundle', 'min']) {
  test(`functions and lines of TypeScript: ${made}`, async (t) => {
    const project = new Project(made)
    const { OrdersService, twice } = project.load('main.js')
    const [total, lines, small] = [
      await timed(`${project.file(ORDERS)}:OrdersService.total`),
      await timed(project.at(ORDERS, 'total')),
      await timed(`${project.file(ORDERS)}:twice`)
    ]
    const { at } = total.report()
    assert.deepEqual([at.file, at.function], [project.file(ORDERS), 'OrdersService.total'])
    const service = new OrdersService('ann')
    service.add({ sku: 'a', price: 2 })
    for (let turn = 0; turn < 7; turn++) assert.equal(service.total('fr'), 4)
    assert.equal(twice(2), 4)
    onlyEnded(total, 7)
    onlyEnded(lines, 7)
    onlyEnded(small, 1)
    const hand = hire(t)
    const script = project.file(`${made}/main.js`)
    assert.equal(await hand.tell('call', script, 'twice', 5, 2), 4)
    onlyEnded(small, 6)
    for (const placed of [total, lines, small]) placed.remove()
  })
}

test('TypeScript that only a worker has', async (t) => {
  const project = new Project('tsc')
  const hand = hire(t)
  const script = project.file('tsc/orders/orders.service.js')
  assert.equal(await hand.tell('call', script, 'twice', 1, 2), 4)
  const placed = await timed(`${project.file(ORDERS)}:twice`)
  await hand.tell('call', script, 'twice', 5, 2)
  onlyEnded(placed, 5)
  placed.remove()
})
