// Lines that have checks in worker threads: armed in every thread that has them, and nowhere after.
//
// Knows the API, and what engine a report names. Invariant: every count is exact, over all threads.

'use strict'

process.env.STILLFRAME_REWRITE = '1'

const assert = require('node:assert/strict')
const test = require('node:test')
const { pathToFileURL } = require('node:url')
const { begin, end, Place, Placed, until } = require('./help')
const { hire } = require('./staff')

const MAJOR = parseInt(process.versions.node, 10)
const WORK = `exports.work = function (n) {
  const twice = n * 2
  return twice //: twice
}
exports.fresh = () => exports.work(7)
exports.text = () => exports.work.toString()
`

test.before(begin)
test.after(end)

const noted = (placed) => placed.report().at?.note
/** Waits until a probe is armed, and no thread is missing. */
function reached (placed) {
  const is = () => placed.state === 'armed' && noted(placed) === undefined
  return until(is, () => JSON.stringify(placed.report()))
}

/** Waits until no check of a worker calls anything. */
async function quiet (hand) {
  while ((await hand.tell('checks')).length > 0) {}
}

/** Holds a report to the engine that is expected. */
function by (placed, engine) {
  const report = placed.report()
  assert.deepEqual([report.state, report.engine], ['armed', engine], JSON.stringify(report))
  return report
}

test('a line is hit by its check in main and in twenty workers, to the unit', async (t) => {
  const place = new Place(WORK)
  const { work } = place.load()
  const hands = Array.from({ length: 20 }, () => hire(t))
  await Promise.all(hands.map((hand) => hand.tell('call', place.file, 'work')))
  const counting = new Placed(place.at('twice'), { kind: 'count' })
  const choosing = new Placed(place.at('twice'), { condition: 'n === 3', exact: true })
  for (const placed of [counting, choosing]) {
    by(placed, 'rewrite')
    await reached(placed)
  }
  work(3)
  await Promise.all(hands.map((hand) => hand.tell('call', place.file, 'work', 99, 1)))
  await Promise.all(hands.map((hand) => hand.tell('call', place.file, 'work', 1, 3)))
  assert.deepEqual([counting.count('hits'), counting.count('captured')], [2001, 2001])
  assert.deepEqual([choosing.count('captured'), choosing.count('condition_false')], [21, 1980])
  const snapshots = await choosing.snapshots(21)
  const names = ['main', ...hands.map((hand) => hand.name)].sort()
  assert.deepEqual(snapshots.map(({ thread }) => thread.name).sort(), names)
  for (const { locals, stack } of snapshots) {
    assert.deepEqual([locals.n, locals.twice], [3, 6])
    assert.deepEqual([stack[0].line, stack[0].function], [place.line('twice'), 'exports.work'])
  }
  for (const placed of [counting, choosing]) placed.remove()
  for (const hand of hands) await quiet(hand)
})

test('a worker that comes later is hit from its first call, and has the same text', async (t) => {
  const place = new Place(WORK)
  const waiting = new Placed(place.at('twice'), { kind: 'count' })
  const first = hire(t)
  assert.equal(await first.tell('call', place.file, 'fresh'), 14)
  by(waiting, 'rewrite')
  assert.equal(waiting.count('hits'), 1)
  const second = hire(t)
  assert.equal(await second.tell('call', place.file, 'fresh'), 14)
  const text = await first.tell('call', place.file, 'text')
  assert.match(text, /__sf\d+!==void 0/)
  assert.equal(await second.tell('call', place.file, 'text'), text)
  assert.equal(place.load().text(), text)
  assert.deepEqual([waiting.count('hits'), noted(waiting)], [2, undefined])
  waiting.remove()
})

test('where one thread has no checks the inspector hooks it, and it is said', async (t) => {
  const place = new Place(WORK)
  const { work } = place.load()
  const [checked, plain] = [hire(t), hire(t)]
  await checked.tell('call', place.file, 'work')
  await plain.tell('plain', place.file, 'work', 1)
  const placed = new Placed(place.at('twice'), { kind: 'count' })
  by(placed, 'inspector')
  await until(() => !/let us in/.test(noted(placed)), () => noted(placed))
  assert.match(noted(placed), /hooked by the inspector: .*loaded in another way.*some thread/)
  work(1)
  await checked.tell('call', place.file, 'work', 5)
  assert.equal((await checked.tell('checks')).length, 1)
  // A script of its own, of the same text, which is hooked before it runs.
  await plain.tell('plain', place.file, 'work', 7)
  assert.equal(placed.count('hits'), 13)
  assert.deepEqual(await plain.tell('checks'), [])
  placed.remove()
})

for (const how of ['wait', 'turn']) {
  test(`a worker that is in its JavaScript is reached there: ${how}`, async (t) => {
    const place = new Place(WORK)
    const { work } = place.load()
    const hand = hire(t)
    await hand.tell('call', place.file, 'work')
    await hand.hold(how, 'call', place.file, 'work', 100, 2)
    const placed = new Placed(place.at('twice'), { kind: 'count' })
    await reached(placed)
    assert.equal(hand.flag[1], 1)
    by(placed, 'rewrite')
    work(1)
    assert.equal(await hand.release(), 4)
    assert.equal(placed.count('hits'), 101)
    await hand.hold(how, 'call', place.file, 'work', 100, 2)
    const other = new Placed(place.at('twice'), { kind: 'count' })
    placed.remove()
    await reached(other)
    assert.equal(await hand.release(), 4)
    assert.deepEqual([other.count('hits')], [100])
    other.remove()
  })
}

test('workers come and go under a probe, and each hit counts', async (t) => {
  const place = new Place(WORK)
  const counting = new Placed(place.at('twice'), { kind: 'count' })
  const works = async () => {
    for (let turn = 0; turn < 5; turn++) {
      const hand = hire(t)
      await hand.tell('call', place.file, 'fresh')
      await hand.tell('call', place.file, 'work', 1000, 1)
      await hand.end()
    }
  }
  await Promise.all([works(), works(), works(), works(), works()])
  assert.deepEqual([counting.count('hits'), counting.count('captured')], [25_025, 25_025])
  by(counting, 'rewrite')
  counting.remove()
})

test('a worker that is left by the agent has quiet checks, until it is probed again', async (t) => {
  const place = new Place(WORK)
  const hand = hire(t)
  await hand.tell('call', place.file, 'work')
  const placed = new Placed(place.at('twice'), { kind: 'count' })
  await reached(placed)
  await hand.tell('call', place.file, 'work', 2)
  await hand.tell('stop')
  assert.deepEqual(await hand.tell('checks'), [])
  await hand.tell('call', place.file, 'work', 4)
  assert.equal(placed.count('hits'), 2)
  const late = new Place(WORK)
  assert.ok(!(await hand.tell('call', late.file, 'text')).includes('__sf'))
  await hand.tell('start')
  await hand.tell('call', place.file, 'work', 8)
  assert.equal(placed.count('hits'), 10)
  by(placed, 'rewrite')
  placed.remove()
})

test('the end of the agent is one in all threads, and so is its next begin', async (t) => {
  const place = new Place(WORK)
  const hand = hire(t)
  await hand.tell('call', place.file, 'work')
  const before = new Placed(place.at('twice'), { kind: 'count' })
  await reached(before)
  assert.equal((await hand.tell('checks')).length, 1)
  end()
  await hand.tell('call', place.file, 'work', 3)
  assert.deepEqual(await hand.tell('checks'), [])
  begin()
  const after = new Placed(place.at('twice'), { kind: 'count' })
  await reached(after)
  by(after, 'rewrite')
  await hand.tell('call', place.file, 'work', 5)
  assert.equal(after.count('hits'), 5)
  after.remove()
  const again = new Place(WORK)
  const placed = new Placed(again.at('twice'), { kind: 'count' })
  assert.equal(await hand.tell('call', again.file, 'fresh'), 14)
  by(placed, 'rewrite')
  assert.equal(placed.count('hits'), 1)
  placed.remove()
})

test('ES modules have checks in workers', async (t) => {
  const text = 'export function fresh () {\n  const one = 1\n  return one //: one\n}\n'
  const module = new Place(text, 'mjs')
  // On Node 20 a worker's loader gets a thread for it once the process has such modules.
  const { fresh } = await import(pathToFileURL(module.file))
  const hand = hire(t)
  assert.equal(await hand.tell('import', pathToFileURL(module.file).href, 'fresh'), 1)
  const placed = new Placed(module.at('one'))
  by(placed, 'rewrite')
  await reached(placed)
  assert.equal(fresh(), 1)
  assert.equal(await hand.tell('import', pathToFileURL(module.file).href, 'fresh'), 1)
  const snapshots = await placed.snapshots(2)
  assert.deepEqual(snapshots.map(({ thread }) => thread.name).sort(), ['main', hand.name])
  assert.equal(placed.count('hits'), 2)
  placed.remove()
})

const skip = MAJOR < 22 && 'Node 20 reads no TypeScript'

test('TypeScript whose types Node takes away has checks in workers', { skip }, async (t) => {
  const text = 'export function fresh (n: number = 2): number {\n  return n * 3 //: typed\n}\n'
  const module = new Place(text, 'mts')
  const hand = hire(t)
  const url = pathToFileURL(module.file).href
  assert.equal(await hand.tell('import', url, 'fresh'), 6)
  const placed = new Placed(module.at('typed'))
  await reached(placed)
  by(placed, 'rewrite')
  assert.equal(await hand.tell('import', url, 'fresh'), 6)
  const [{ locals }] = await placed.snapshots()
  assert.deepEqual(locals, { n: 2 })
  placed.remove()
})
