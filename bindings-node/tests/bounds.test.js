'use strict'

// Limits: of depth, items, fields, bytes, time and memory. Whatever is met, the stream reads back and
// says why something is missing.

const test = require('node:test')
const assert = require('node:assert/strict')
const { capture, memory, shown, snapshot, LIMITS, ROOM } = require('./support')
const { read } = require('./reader')

const ms = (work) => {
  const begin = performance.now()
  work()
  return performance.now() - begin
}

test('depth, items and fields', () => {
  const object = { a: { b: { c: { d: { e: 1 } } } } }
  const third = shown(object).$fields[0][1].$fields[0][1].$fields[0][1]
  assert.deepEqual(third, { $kind: 'instance', $type: 'Object', $missing: 'depth' })
  assert.equal(shown([[]], { depth: 0 }).$missing, 'depth')
  assert.equal(shown([], { depth: 0 }).$missing, undefined)
  assert.equal(shown({}, { depth: 0 }).$missing, undefined)
  const array = Array.from({ length: 101 }, (_, at) => at)
  const found = shown(array)
  assert.deepEqual([found.$items.length, found.$length, found.$missing], [100, 101, 'items'])
  assert.equal(shown(array.slice(1)).$missing, undefined)
  const pairs = array.map((at) => [at, at])
  for (const many of [new Set(array), new Map(pairs), new Float64Array(array)]) {
    const { $length, $missing } = shown(many)
    assert.deepEqual([$length, $missing], [101, 'items'])
  }
  const wide = Object.fromEntries(array.map((at) => ['key' + at, at]))
  assert.equal(shown(wide).$fields.length, 50)
  assert.equal(shown(wide).$missing, 'fields')
  assert.equal(shown(wide, { fields: 101 }).$missing, undefined)
  assert.equal(shown({ a: 1, [Symbol('b')]: 2 }, { fields: 1 }).$missing, 'fields')
})

test('whatever room there is, the stream reads back and every variable is named', () => {
  const nested = { name: 'x', rest: Array.from({ length: 40 }, (_, at) => at) }
  const locals = {
    alpha: [nested, { ...nested }, { ...nested }],
    beta: 'y'.repeat(200),
    gamma: new Map([['k', nested]]),
    delta: Buffer.alloc(180),
    epsilon: 5,
    zeta: [Symbol('long'.repeat(20)), 1n << 900n, new Date(0), /x/]
  }
  const watches = { 'beta + beta': 'y'.repeat(400), nested }
  const whole = snapshot(locals, {}, watches).length
  for (let room = 1; room <= whole + 200; room++) {
    const { length, locals: found, more, frames } = snapshot(locals, { room }, watches)
    assert.ok(length <= room, `${length} bytes in ${room}`)
    if (room >= 1_024) assert.equal(found.length, 6, `room ${room}`)
    if (room >= 300) assert.equal(found.length + (more.locals?.[0] ?? 0), 6, `room ${room}`)
    if (room >= 220) assert.equal(frames.length, 1, `room ${room}`)
  }
  capture.begin(LIMITS, 0, 0, 0, Infinity)
  capture.local('x', 1)
  assert.equal(capture.finish(), 0)
})

test('nothing is written behind the room', () => {
  const rich = Array.from({ length: 100 }, () => ['x'.repeat(100), { y: [[[[1]]]] }])
  for (const room of [100, 999, 5_000]) {
    memory.fill(0xee)
    const limits = { room, depth: 10, stringBytes: 9_000 }
    snapshot({ rich, b: rich.slice(), c: 'é'.repeat(4_000) }, limits)
    assert.ok(memory.subarray(room).every((byte) => byte === 0xee), `room ${room}`)
  }
})

test('one rich variable does not starve another', () => {
  const rich = Array.from({ length: 100 }, () => Array.from({ length: 1_000 }, (_, at) => at))
  const wanted = Array.from({ length: 100 }, (_, at) => at)
  const limits = { items: 10_000, room: 4 << 10 }
  const { locals } = snapshot({ rich, wanted }, limits)
  assert.equal(locals[0][1].$missing, 'bytes')
  assert.deepEqual(locals[1][1].$items, wanted)
})

test('the stack leaves room for values, and the probed frame stands first', () => {
  capture.begin(LIMITS, 0, 0, 2_048, Infinity)
  const long = '/app/' + 'deep/'.repeat(100) + 'shop.js'
  for (let frame = 0; frame < 100; frame++) capture.frame(long + frame, 'f' + frame, frame)
  capture.moreFrames(7, true)
  capture.local('x', 1)
  const { frames, locals, more } = read(memory.subarray(0, capture.finish()))
  assert.deepEqual(frames[0], [long + '0', 'f0', 0])
  assert.ok(frames.length < 3)
  assert.equal(more.framesAtLeast, 7)
  assert.deepEqual(locals, [['x', 1]])
  capture.begin(LIMITS, 0, 0, 300, Infinity)
  capture.frame(long, 'f', 3)
  assert.ok(long.endsWith(read(memory.subarray(0, capture.finish())).frames[0][0]))
})

test('failed watches, missing variables, and what the native side wrote before', () => {
  capture.begin(LIMITS, 5, 9, ROOM, Infinity)
  const list = [1]
  capture.failed('a.b', 'no attribute')
  capture.watch('c', 1)
  capture.missing('later', 1)
  capture.missing('password', 1)
  capture.local('list', list)
  capture.local('same', list)
  const { watches, locals } = read(memory.subarray(0, capture.finish()), 5, 9)
  assert.deepEqual(watches, [['a.b', { $error: 'no attribute' }], ['c', 1]])
  assert.deepEqual(locals.slice(0, 2), [
    ['later', { $missing: 'unset' }], ['password', { $missing: 'redacted' }]
  ])
  assert.deepEqual(locals[2][1].$items, [1])
  assert.deepEqual(locals[3], ['same', { $ref: 9 }])
})

test('the deadline ends the walk and says so', () => {
  const array = Array.from({ length: 1_000 }, (_, at) => at)
  const { locals } = snapshot({ array, late: [1], x: 1 }, { items: 1_000, deadlineMs: 0 })
  assert.equal(locals[0][1].$missing, 'deadline')
  assert.ok((locals[0][1].$items?.length ?? 0) < 1_000)
  assert.equal(locals.length, 3)
})

test('of two hundred variables all are named, and sixty-four have children', () => {
  const all = Object.fromEntries(Array.from({ length: 200 }, (_, at) => ['v' + at, [at]]))
  const { locals } = snapshot(all)
  assert.equal(locals.length, 200)
  assert.deepEqual(locals[63][1].$items, [63])
  assert.equal(locals[64][1].$missing, 'items')
})

test('huge collections take a bounded time', () => {
  const huge = {
    array: new Array(1e7).fill(0), sparse: new Array(2 ** 32 - 1), bytes: Buffer.alloc(1e8),
    map: new Map(Array.from({ length: 1e5 }, (_, at) => [at, at])), numbers: new Float64Array(1e6)
  }
  huge.sparse[2 ** 31] = 1
  snapshot(huge)
  const took = Math.min(...[1, 2, 3].map(() => ms(() => snapshot(huge))))
  console.log(`huge collections: ${took.toFixed(2)} ms`)
  assert.ok(took < 50, `${took} ms`)
  assert.equal(shown(huge.sparse).$length, 2 ** 32 - 1)
})

test('an object of very many keys is not enumerated, or once or twice', () => {
  const named = {}
  const indexed = {}
  for (let key = 0; key < 3e5; key++) {
    named['key' + key] = key
    indexed[key] = key
  }
  const takes = []
  for (let round = 0; round < 4; round++) takes.push(ms(() => snapshot({ named, indexed })))
  console.log(`twice 300,000 keys: ${takes.map((took) => took.toFixed(1)).join(', ')} ms`)
  assert.deepEqual(shown(named), { $kind: 'instance', $type: 'Object', $missing: 'deadline' })
  assert.deepEqual(shown(indexed), { $kind: 'instance', $type: 'Object', $missing: 'deadline' })
  assert.ok(Math.min(takes[2], takes[3]) < 20, `${takes} ms`)
  // Indexes so far from each other are taken for some of many, which V8 is not asked to list.
  const dense = { __proto__: null, 29_989: 1, 19_997: 2, 9_973: 3 }
  assert.equal(shown(dense).$missing, 'deadline')
  delete dense[9_973]
  assert.equal(shown(dense).$fields.length, 2)
  const few = { a: 1 }
  assert.deepEqual(shown(few).$fields, [['a', 1]])
  const layered = Object.create(named, { b: { value: 2, enumerable: true } })
  assert.deepEqual(shown(layered).$fields, [['b', 2]])
  const took = Math.min(ms(() => shown(layered)), ms(() => shown(layered)))
  assert.ok(took < 20, `${took} ms`)
})

test('a string that was put together is copied only if it is short', () => {
  let rope = ''
  while (rope.length < 2e7) rope += 'a line of a file that is read piece by piece\n'
  const took = ms(() => shown(rope))
  assert.deepEqual(shown(rope), { $text: '', $length: rope.length })
  console.log(`a rope of ${rope.length} units: ${took.toFixed(2)} ms`)
  assert.equal(shown('x'.repeat(1 << 20)).$text.length, 256)
})

test('after a capture nothing of the application is held', async () => {
  require('node:v8').setFlagsFromString('--expose-gc')
  const collect = require('node:vm').runInNewContext('gc')
  const held = []
  ;(function take() {
    class Kind { inner = { deep: [1] } }
    const all = [new Kind(), new Map([[{ k: 1 }, []]]), function f() {}, [{}]]
    all.forEach((value) => held.push(new WeakRef(value)))
    held.push(new WeakRef(Kind.prototype))
    snapshot({ ...all })
    snapshot({ ...all }, { room: 200 })
  })()
  for (let round = 0; round < 10 && held.some((ref) => ref.deref() !== undefined); round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  assert.deepEqual(held.map((ref) => ref.deref()), held.map(() => undefined))
})

test('a capture of ten variables takes some microseconds', () => {
  const nested = {}
  for (let at = 0; at < 20; at++) nested['key' + at] = at % 3 ? at * 1.5 : 'value' + at
  const array = Array.from({ length: 100 }, (_, at) => at)
  const point = { x: 1, y: { z: 2 } }
  const values = [1, 'hello world', true, null, undefined, 3.14, nested, array, point, 12345n]
  const take = () => {
    capture.begin(LIMITS, 0, 0, ROOM, performance.now() + 10)
    capture.frame('/app/shop.js', 'place', 42)
    for (let at = 0; at < values.length; at++) capture.local('abcdefghij'[at], values[at])
    return capture.finish()
  }
  let best = Infinity
  for (let round = 0; round < 300; round++) {
    best = Math.min(best, ms(() => { for (let count = 0; count < 100; count++) take() }) / 100)
  }
  console.log(`ten variables, ${take()} bytes: ${(1_000 * best).toFixed(1)} µs`)
  assert.ok(best < 1, `${best} ms`)
})
