'use strict'

// What an application may put in a capture's way: none of its code runs, and nothing of it is lost.

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const vm = require('node:vm')
const { capture, memory, shown, snapshot, LIMITS, ROOM } = require('./support')
const { read } = require('./reader')

/** How often code ran that must not. */
let ran = 0
const run = () => {
  ran++
  throw new Error('code of the application ran')
}

/** A handler whose every trap counts. */
const traps = new Proxy({}, { get: () => run })
/** A proxy of an object: any question to it counts. */
const proxy = (target) => new Proxy(target, traps)
const needsCode = { $missing: 'needs code' }

test('nothing of a hostile object runs', () => {
  ran = 0
  const hostile = {
    get a() { return run() },
    set b(value) { run() },
    toJSON: run,
    toString: run,
    valueOf: run,
    [Symbol.toPrimitive]: run,
    [Symbol.iterator]: run,
    get [Symbol.toStringTag]() { return run() },
    get [Symbol('accessor')]() { return run() }
  }
  const found = Object.fromEntries(shown(hostile).$fields)
  assert.deepEqual(found.a, needsCode)
  assert.deepEqual(found.b, needsCode)
  assert.equal(found['Symbol(accessor)'].$missing, 'needs code')
  const array = [1, 2, 3]
  Object.defineProperty(array, 1, { get: run })
  Object.defineProperty(array, 2, { set: run })
  assert.deepEqual(shown(array).$items, [1, needsCode, needsCode])
  class Getter extends Date {
    toISOString() { return run() }
    getTime() { return run() }
  }
  assert.deepEqual(shown(new Getter(0)).$items, ['1970-01-01T00:00:00.000Z'])
  const expression = /x/g
  for (const key of ['flags', 'source', 'global', 'exec']) {
    Object.defineProperty(expression, key, { get: run, enumerable: key === 'exec' })
  }
  assert.deepEqual(shown(expression), {
    $kind: 'instance', $type: 'RegExp', $items: ['/x/g'], $fields: [['exec', needsCode]]
  })
  const error = new Error('x')
  for (const key of ['name', 'cause', 'errors']) Object.defineProperty(error, key, { get: run })
  assert.deepEqual(Object.fromEntries(shown(error).$fields).cause, needsCode)
  class Bytes extends Uint8Array {
    static get [Symbol.species]() { return run() }
    get length() { return run() }
    get buffer() { return run() }
  }
  assert.deepEqual(shown(new Bytes([1])), { $bytes: '01' })
  assert.equal(ran, 0)
})

test('the stack of an error is not made', () => {
  const { prepareStackTrace } = Error
  Error.prepareStackTrace = () => ran++
  try {
    const plain = {}
    Error.captureStackTrace(plain)
    const shownStack = new Error('x')
    Object.defineProperty(shownStack, 'stack', { enumerable: true })
    ran = 0
    snapshot({ error: new Error('x'), plain, shownStack })
    assert.equal(ran, 0)
  } finally {
    Error.prepareStackTrace = prepareStackTrace
  }
})

test('a proxy is never asked, wherever it stands', () => {
  ran = 0
  const { proxy: revoked, revoke } = Proxy.revocable({}, traps)
  revoke()
  class Base {}
  class Derived extends Base {}
  const above = Object.create(proxy({}), { own: { value: 1, enumerable: true } })
  const farAbove = new Derived()
  Object.setPrototypeOf(Base.prototype, proxy({}))
  const child = Object.setPrototypeOf(new Map([[1, 2]]), proxy({}))
  const callee = Object.setPrototypeOf(() => 1, proxy(() => 1))
  Object.defineProperty(callee, 'own', { value: 2, enumerable: true })
  const { locals } = snapshot({
    a: proxy({}), b: proxy([]), c: proxy(() => 1), d: revoked, e: [proxy({})], f: { p: proxy({}) },
    g: new Map([[proxy({}), proxy({})]]), h: new Set([proxy({})]), above, farAbove, child, callee
  })
  const found = Object.fromEntries(locals)
  for (const name of 'abcd') assert.deepEqual(found[name], needsCode, name)
  assert.deepEqual(found.e.$items, [needsCode])
  assert.deepEqual(found.f.$fields, [['p', needsCode]])
  assert.deepEqual(found.g.$entries, [[needsCode, needsCode]])
  assert.deepEqual(found.h.$items, [needsCode])
  assert.deepEqual(found.above.$fields, [['own', 1]])
  assert.equal(found.farAbove.$type, 'Derived')
  assert.deepEqual(found.child.$entries, [[1, 2]])
  assert.deepEqual(found.callee.$fields, [['own', 2]])
  snapshot({ above, callee, list: [above] }, { depth: 0 })
  snapshot({ list: [above, callee] }, { depth: 1 })
  assert.equal(ran, 0)
})

test('a scope of node:vm is not asked what it holds', () => {
  ran = 0
  const scope = vm.createContext({ get a() { return run() } })
  assert.deepEqual(shown(vm.runInContext('globalThis', scope)).$missing, 'needs code')
  assert.equal(ran, 0)
})

test('a value under a redacted name is not read', () => {
  ran = 0
  const object = { get password() { return run() } }
  assert.deepEqual(shown(object).$fields, [['password', { $missing: 'redacted' }]])
  const { locals } = snapshot({ secret: proxy({}) })
  assert.deepEqual(locals, [['secret', { $missing: 'redacted' }]])
  assert.equal(ran, 0)
})

test('a list of names that fails hides everything', () => {
  const { Capture } = require('../lib/capture')
  const failing = new Capture(memory, () => { throw new Error('no list') })
  failing.begin(LIMITS, 0, 0, ROOM, Infinity)
  failing.frame('a.js', 'f', 1)
  failing.local('x', 5)
  const { locals } = read(memory.subarray(0, failing.finish()))
  assert.deepEqual(locals, [['x', { $missing: 'redacted' }]])
})

test('whatever is passed, nothing is thrown and the stream reads back', () => {
  const odd = [undefined, null, {}, proxy({}), Symbol('x'), 5n, NaN]
  for (const value of odd) {
    capture.begin(LIMITS, 0, 0, ROOM, Infinity)
    capture.frame('a.js', 'f', 1)
    capture.frame(value, value, value)
    capture.moreFrames(value, true)
    capture.watch(value, value)
    capture.failed(value, value)
    capture.local(value, value)
    capture.missing(value, value)
    capture.local('x', 7)
    const length = capture.finish()
    assert.deepEqual(read(memory.subarray(0, length)).locals.at(-1), ['x', 7])
    assert.equal(capture.finish(), 0)
    capture.begin(value, value, value, value, value)
    capture.local('x', 7)
    capture.finish()
  }
  assert.equal(shown(7), 7)
})

test('too little stack loses a value, not the capture', () => {
  const cart = { items: [{ price: 1 }], owner: { name: { first: 'Lea' } } }
  let length = 0
  const dive = () => {
    try {
      dive()
    } catch (error) {
      capture.begin(LIMITS, 0, 0, ROOM, Infinity)
      capture.frame('a.js', 'f', 1)
      capture.local('cart', cart)
      capture.local('x', 7)
      length = capture.finish()
      // Not even its beginning: once more, with a little more stack.
      if (length === 0 || read(memory.subarray(0, length)).locals.length < 2) throw error
    }
  }
  dive()
  assert.equal(read(memory.subarray(0, length)).locals.length, 2)
  assert.deepEqual(shown(cart).$fields.length, 2)
})

test('builtins that are patched later neither run nor break it', () => {
  const script = require.resolve('./patched.js')
  const { stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  assert.equal(stderr, 'the same stream, code ran 0 times\n')
})
