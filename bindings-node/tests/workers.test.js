// Worker threads: each is probed as the main thread is, by the one agent of the process.
//
// Invariants: each hit counts, in whichever thread, from the first call on; a thread that has no time
// delays no other; one that ends leaves nothing behind.

'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { pathToFileURL } = require('node:url')
const { begin, end, Place, Placed, until } = require('./help')
const { hire } = require('./staff')

const WORK = `exports.work = function (n) {
  const twice = n * 2
  return twice //: twice
}
exports.fresh = () => exports.work(7)
`
/** Has a function that only its name leads to. */
const NAMED = `class OnlyThere {
  half (n) {
    return n / 2 //: half
  }
}
exports.work = (n) => new OnlyThere().half(n)
`

test.before(begin)
test.after(end)

const armed = (placed) => until(() => placed.state === 'armed', () => JSON.stringify(placed.report()))
const noted = (placed) => placed.report().at?.note

test('a file that is loaded in three threads is probed in all of them', async (t) => {
  const place = new Place(WORK)
  const hands = [hire(t), hire(t)]
  for (const hand of hands) await hand.tell('call', place.file, 'work')
  const { work } = place.load()
  const placed = new Placed(place.at('twice'), { condition: 'n > 1' })
  assert.equal(placed.state, 'armed')
  await until(() => noted(placed) === undefined, () => noted(placed))
  work(2)
  for (const hand of hands) assert.equal(await hand.tell('call', place.file, 'work', 1, 3), 6)
  const snapshots = await placed.snapshots(3)
  const threads = snapshots.map(({ thread }) => thread.name).sort()
  assert.deepEqual(threads, ['main', ...hands.map((hand) => hand.name)].sort())
  assert.equal(new Set(snapshots.map(({ thread }) => thread.id)).size, 3)
  for (const { locals, thread, stack } of snapshots) {
    const n = thread.name === 'main' ? 2 : 3
    assert.deepEqual([locals.n, locals.twice], [n, 2 * n])
    assert.equal(stack[0].line, place.line('twice'))
  }
  assert.deepEqual([placed.count('hits'), placed.count('captured')], [3, 3])
  placed.remove()
  for (const hand of hands) await hand.tell('call', place.file, 'work', 5, 3)
})

test('a worker is hit from its first call on, by probes that wait or are there', async (t) => {
  const place = new Place(WORK)
  const waiting = new Placed(place.at('twice'), { kind: 'count' })
  assert.equal(waiting.state, 'pending')
  const first = hire(t)
  assert.equal(await first.tell('call', place.file, 'fresh'), 14)
  assert.deepEqual([waiting.state, waiting.count('hits')], ['armed', 1])
  const logging = new Placed(place.at('twice'), { kind: 'log', log: '{n} is {twice}' })
  await armed(logging)
  const second = hire(t)
  assert.equal(await second.tell('call', place.file, 'fresh'), 14)
  assert.equal(waiting.count('hits'), 2)
  const [line] = await logging.snapshots()
  assert.equal(line.message, '7 is 14')
  assert.equal(line.thread.name, second.name)
  for (const one of [waiting, logging]) one.remove()
})

test('what only a worker has loaded is found there, by file and by function', async (t) => {
  const place = new Place(NAMED)
  const hand = hire(t)
  await hand.tell('call', place.file, 'work')
  const byName = new Placed('OnlyThere.half', { kind: 'count' })
  await armed(byName)
  const other = new Place(WORK)
  await hand.tell('call', other.file, 'work')
  const byFile = new Placed(other.at('twice'), { kind: 'count' })
  await armed(byFile)
  for (const { file } of [place, other]) await hand.tell('call', file, 'work', 4, 2)
  assert.deepEqual([byName.count('hits'), byFile.count('hits')], [4, 4])
  const wrong = new Placed(place.at('half'), { kind: 'count', condition: 'm > 1' })
  assert.equal(wrong.report().why.code, 'condition')
  for (const one of [byFile, byName]) one.remove()
})

test('modules in workers', async (t) => {
  const text = 'export function fresh () {\n  const one = 1\n  return one //: one\n}\n'
  const place = new Place(text, 'mjs')
  const placed = new Placed(place.at('one'))
  const hand = hire(t, { name: 'crunch' })
  assert.equal(await hand.tell('import', pathToFileURL(place.file).href, 'fresh'), 1)
  const [{ locals, thread }] = await placed.snapshots()
  assert.deepEqual(locals, { one: 1 })
  const named = require('node:worker_threads').threadName === undefined ? '' : ' (crunch)'
  assert.equal(thread.name, hand.name + named)
  placed.remove()
})

test('a worker without time delays nobody, and that it has none is said', async (t) => {
  const shared = new Place(WORK)
  const own = new Place(WORK)
  const hand = hire(t)
  await hand.tell('call', shared.file, 'work')
  await hand.tell('call', own.file, 'work')
  const { work } = shared.load()
  await hand.keep()
  const everywhere = new Placed(shared.at('twice'), { kind: 'count' })
  const there = new Placed(own.at('twice'), { kind: 'count' })
  work()
  assert.deepEqual([everywhere.state, everywhere.count('hits')], ['armed', 1])
  assert.equal(noted(everywhere), `${hand.name} has not let us in yet`)
  const { state, why } = there.report()
  assert.deepEqual([state, why.code], ['pending', 'waiting_for_runtime'])
  assert.ok(why.message.includes(hand.name) && why.hint, JSON.stringify(why))
  await hand.release()
  await armed(there)
  await until(() => noted(everywhere) === undefined, () => noted(everywhere))
  for (const { file } of [shared, own]) await hand.tell('call', file, 'work', 2)
  assert.deepEqual([everywhere.count('hits'), there.count('hits')], [3, 2])
  await hand.keep()
  const late = new Placed(shared.at('twice'), { kind: 'count' })
  assert.ok(noted(late).includes(hand.name))
  await hand.end()
  await until(() => noted(late) === undefined, () => noted(late))
  for (const one of [everywhere, there, late]) one.remove()
})

for (const how of ['wait', 'turn']) {
  test(`a worker that is in its JavaScript is reached there: ${how}`, async (t) => {
    const place = new Place(WORK)
    const { work } = place.load()
    const hand = hire(t)
    await hand.tell('call', place.file, 'work')
    await hand.hold(how, 'call', place.file, 'work', 100, 2)
    const placed = new Placed(place.at('twice'), { kind: 'count' })
    await until(() => noted(placed) === undefined, () => noted(placed))
    assert.equal(hand.flag[1], 1)
    work(1)
    assert.equal(await hand.release(), 4)
    assert.equal(placed.count('hits'), 101)
    await hand.hold(how, 'call', place.file, 'work', 100, 2)
    const other = new Placed(place.at('twice'), { kind: 'count' })
    placed.remove()
    await until(() => noted(other) === undefined, () => noted(other))
    assert.equal(await hand.release(), 4)
    assert.deepEqual([other.count('hits')], [100])
    other.remove()
  })
}

test('fifty workers come and go under a probe, and each hit counts', async (t) => {
  const place = new Place(WORK)
  const counting = new Placed(place.at('twice'), { kind: 'count' })
  const choosing = new Placed(place.at('twice'), { kind: 'count', condition: 'n === 7' })
  const works = async () => {
    for (let turn = 0; turn < 10; turn++) {
      const hand = hire(t)
      assert.equal(await hand.tell('call', place.file, 'fresh'), 14)
      await hand.tell('call', place.file, 'work', 10, 1)
      await hand.end()
    }
  }
  await Promise.all([works(), works(), works(), works(), works()])
  assert.deepEqual([counting.count('hits'), counting.count('captured')], [550, 550])
  assert.deepEqual([choosing.count('captured'), choosing.count('condition_false')], [50, 500])
  const later = new Placed(place.at('twice'), { kind: 'count' })
  assert.deepEqual([later.state, noted(later)], ['armed', undefined])
  const last = hire(t)
  await last.tell('call', place.file, 'fresh')
  assert.deepEqual([counting.count('hits'), later.count('hits')], [551, 1])
  for (const one of [counting, choosing, later]) one.remove()
})

/** A hit that takes as long as any may: V8 lists all keys of an object or none. */
const LONG = `
const { flag } = require('node:worker_threads').workerData
const large = Array.from({ length: 100 }, () => {
  const one = {}
  for (let n = 0; n < 1_000; n++) one['key' + n] = n
  return one
})
exports.work = function () {
  for (;;) {
    Atomics.add(flag, 1, 1)
    hit(large)
    Atomics.add(flag, 2, 1)
  }
}
function hit (all) {
  return all.length //: long
}
`

test('a worker that is ended within a hit takes no buffer with it, and it counts', async (t) => {
  const place = new Place(LONG)
  const placed = new Placed(place.at('long'))
  let [begun, ended] = [0, 0]
  for (let turn = 0; turn < 3 || (turn < 40 && begun === ended); turn++) {
    const hand = hire(t)
    const working = hand.tell('call', place.file, 'work')
    while (Atomics.load(hand.flag, 1) === 0) await new Promise((resolve) => setImmediate(resolve))
    // A moment into the hit.
    Atomics.wait(hand.flag, 0, 0, 2)
    await hand.end()
    assert.equal(await working, 'ended')
    begun += hand.flag[1]
    ended += hand.flag[2]
    const hits = placed.count('hits')
    assert.ok(ended <= hits && hits <= begun, `${hits} of ${ended} to ${begun}`)
  }
  assert.ok(begun > ended, 'none was within a hit')
  assert.equal(placed.count('buffer_full'), 0)
  placed.remove()
})

test('the end of the agent is one in all threads, and so is its next begin', async (t) => {
  const place = new Place(WORK)
  const [idle, busy] = [hire(t), hire(t)]
  for (const hand of [idle, busy]) await hand.tell('call', place.file, 'work')
  await busy.keep()
  end()
  await idle.tell('call', place.file, 'work')
  await assert.rejects(idle.tell('start'), /not_started .*main thread/)
  begin()
  const again = new Place(WORK)
  const placed = new Placed(again.at('twice'), { kind: 'count' })
  await busy.release()
  for (const hand of [idle, busy]) await hand.tell('call', again.file, 'fresh')
  assert.deepEqual([placed.state, placed.count('hits')], ['armed', 2])
  await idle.tell('stop')
  await idle.tell('call', again.file, 'fresh')
  assert.equal(placed.count('hits'), 2)
  await idle.tell('start')
  await idle.tell('call', again.file, 'fresh')
  assert.equal(placed.count('hits'), 3)
  placed.remove()
})
