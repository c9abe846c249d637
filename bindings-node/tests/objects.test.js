'use strict'

// What objects become: their kind, the name of their type, and their children.

const test = require('node:test')
const assert = require('node:assert/strict')
const vm = require('node:vm')
const { shown, snapshot, asked } = require('./support')

const fields = (value, limits) => Object.fromEntries(shown(value, limits).$fields ?? [])

test('arrays, their holes, and what else they hold', () => {
  const empty = { $kind: 'list', $type: 'Array', $length: 0 }
  assert.deepEqual(shown([1, 'a', []]), { ...empty, $length: 3, $items: [1, 'a', empty] })
  assert.deepEqual(shown([1, , undefined]).$items, [1, { $missing: 'absent' }, undefined])
  class Stack extends Array {}
  assert.equal(shown(Stack.of(7)).$type, 'Stack')
  const match = /(?<word>b)/.exec('abc')
  assert.deepEqual(shown(match).$items, ['b', 'b'])
  assert.deepEqual(Object.keys(fields(match)), ['index', 'input', 'groups'])
  ;(function () {
    assert.deepEqual(shown(arguments), { ...empty, $type: 'Arguments', $length: 2, $items: [1, 2] })
  })(1, 2)
})

test('maps and sets, real ones alone', () => {
  assert.deepEqual(shown(new Map([['a', 1], [2, 'two']])), {
    $kind: 'map', $type: 'Map', $length: 2, $entries: [['a', 1], [2, 'two']]
  })
  assert.deepEqual(shown(new Set([3])), { $kind: 'set', $type: 'Set', $length: 1, $items: [3] })
  class Registry extends Map {
    entries() { throw new Error('ran') }
    get size() { throw new Error('ran') }
  }
  assert.deepEqual(shown(new Registry([['a', 1]])).$entries, [['a', 1]])
  const fake = Object.create(Map.prototype)
  assert.deepEqual(shown(fake), { $kind: 'instance', $type: 'Map' })
  const bare = Object.setPrototypeOf(new Map([['a', 1]]), null)
  assert.deepEqual(shown(bare).$entries, [['a', 1]])
})

test('objects show their own enumerable fields, those with symbols last', () => {
  class Cart {
    #total = 5
    items = 2
    get total() { return this.#total }
  }
  assert.deepEqual(shown(new Cart()), { $kind: 'instance', $type: 'Cart', $fields: [['items', 2]] })
  const object = { [Symbol('s')]: 1, b: 2, 1: 3 }
  Object.defineProperty(object, 'hidden', { value: 4 })
  Object.defineProperty(object, Symbol('hidden'), { value: 4 })
  assert.deepEqual(shown(object), {
    $kind: 'instance', $type: 'Object', $fields: [['1', 3], ['b', 2], ['Symbol(s)', 1]]
  })
  assert.deepEqual(fields({ get g() { return 1 }, set s(value) {} }), {
    g: { $missing: 'needs code' }, s: { $missing: 'needs code' }
  })
  assert.equal(shown(Object.create(null)).$type, 'Object: null prototype')
  function Old() { this.own = 1 }
  Old.prototype.inherited = 2
  assert.deepEqual(shown(new Old()), { $kind: 'instance', $type: 'Old', $fields: [['own', 1]] })
})

test('the name of a type is stored, never computed', () => {
  const typeOf = (prototype) => shown(Object.create(prototype)).$type
  class Named { static name = 'Renamed' }
  assert.equal(typeOf(Named.prototype), 'Renamed')
  class Computed extends Named { static get name() { throw new Error('ran') } }
  assert.equal(typeOf(Computed.prototype), 'Renamed')
  assert.equal(typeOf({ get constructor() { throw new Error('ran') } }), 'Object')
  assert.equal(typeOf({ constructor: new Proxy(class Hidden {}, {}) }), 'Object')
  assert.equal(typeOf({ get [Symbol.toStringTag]() { throw new Error('ran') } }), 'Object')
  assert.equal(shown(new (class {})()).$type, 'Object')
})

test('objects that stand for one value', () => {
  const one = ($kind, $type, item) => ({ $kind, $type, $items: [item] })
  assert.deepEqual(shown(new Date(0)), one('instance', 'Date', '1970-01-01T00:00:00.000Z'))
  assert.deepEqual(shown(new Date(NaN)), one('instance', 'Date', 'Invalid Date'))
  assert.deepEqual(shown(/a\/b/giu), one('instance', 'RegExp', '/a\\/b/giu'))
  assert.deepEqual(shown(new String('x')), one('text', 'String', 'x'))
  assert.deepEqual(shown(new Number(-0)), one('number', 'Number', { $float: -0 }))
  assert.deepEqual(shown(new Boolean(false)), one('number', 'Boolean', false))
  assert.deepEqual(shown(Object(5n)), one('number', 'BigInt', 5))
  assert.deepEqual(shown(Object(Symbol('x'))), one('text', 'Symbol', 'Symbol(x)'))
  class Count extends Number { unit = 'kg' }
  assert.deepEqual(shown(new Count(3)), { ...one('number', 'Count', 3), $fields: [['unit', 'kg']] })
  const deep = { ...one('number', 'Count', 3), $missing: 'depth' }
  assert.deepEqual(shown(new Count(3), { depth: 0 }), deep)
})

test('bytes are bytes, and other arrays of numbers are lists', () => {
  assert.deepEqual(shown(Buffer.from([0, 255, 16])), { $bytes: '00ff10' })
  const cut = { $bytes: 'ab'.repeat(256), $length: 300 }
  assert.deepEqual(shown(new Uint8Array(300).fill(0xab)), cut)
  assert.deepEqual(shown(new Float64Array([1.5, 2])), {
    $kind: 'list', $type: 'Float64Array', $length: 2, $items: [{ $float: 1.5 }, 2]
  })
  assert.deepEqual(shown(new BigInt64Array([5n])).$items, [5])
  const held = ($type, hex) => ({ $kind: 'bytes', $type, $items: [{ $bytes: hex }] })
  const buffer = new Uint8Array([1, 2, 3]).buffer
  assert.deepEqual(shown(buffer), held('ArrayBuffer', '010203'))
  assert.deepEqual(shown(new DataView(buffer, 1)), held('DataView', '0203'))
  assert.deepEqual(shown(new Uint8ClampedArray([7])), held('Uint8ClampedArray', '07'))
  assert.deepEqual(shown(new SharedArrayBuffer(2)), held('SharedArrayBuffer', '0000'))
  const view = new DataView(buffer)
  structuredClone(buffer, { transfer: [buffer] })
  assert.deepEqual(shown(buffer), held('ArrayBuffer', ''))
  assert.equal(shown(view).$items, undefined)
  assert.equal(shown(view).$type, 'DataView')
})

test('errors show what they were made with, and no stack', () => {
  class Failure extends Error { code = 'E1' }
  const cause = new Error('inner')
  const found = shown(new Failure('outer', { cause }))
  assert.equal(found.$type, 'Failure')
  const shownFields = Object.fromEntries(found.$fields)
  assert.deepEqual(Object.keys(shownFields), ['message', 'cause', 'code'])
  assert.deepEqual(shownFields.cause.$fields, [['message', 'inner']])
  assert.deepEqual(Object.keys(fields(new AggregateError([cause], 'all'))), ['message', 'errors'])
})

test('functions say what they are called, classes what they hold', () => {
  const type = (value) => [shown(value).$kind, shown(value).$type]
  assert.deepEqual(type(function total() {}), ['function', 'function total'])
  assert.deepEqual(type(() => 1), ['function', 'function'])
  assert.deepEqual(type(async () => 1), ['function', 'function'])
  assert.deepEqual(type(class Cart {}), ['class', 'class Cart'])
  assert.deepEqual(type(Math.max), ['function', 'function max'])
  assert.deepEqual(type(class { static get name() { throw new Error('ran') } }), ['class', 'class'])
  assert.deepEqual(shown(class Cart { static limit = 3 }).$fields, [['limit', 3]])
})

test('what keeps its insides to itself is an instance without children', () => {
  const all = {
    WeakMap: new WeakMap(),
    WeakSet: new WeakSet(),
    WeakRef: new WeakRef({}),
    Generator: (function * () {})()
  }
  for (const [name, value] of Object.entries(all)) {
    const { $type, ...rest } = shown(value)
    assert.deepEqual(rest, { $kind: 'instance' }, name)
    if (name !== 'Generator') assert.equal($type, name)
  }
  // Node marks promises with its own symbols while async hooks are in use.
  const { $kind, $type, $items } = shown(Promise.resolve(1))
  assert.deepEqual([$kind, $type, $items], ['instance', 'Promise', undefined])
})

test('the exports of a module, initialised or not', async () => {
  const { default: seen } = await import('./module.mjs')
  const found = shown(seen.complete)
  assert.equal(found.$kind, 'module')
  assert.equal(Object.fromEntries(found.$fields).answer, 42)
  const unset = { $missing: 'unset' }
  assert.deepEqual(seen.early, [['answer', unset], ['complete', unset], ['default', unset]])
})

test('objects of another realm are read as those of this one', () => {
  const run = (source) => shown(vm.runInNewContext(source))
  assert.deepEqual(run('[1]'), { $kind: 'list', $type: 'Array', $length: 1, $items: [1] })
  assert.deepEqual(run('new Map([[1, 2]])').$entries, [[1, 2]])
  assert.deepEqual(run('new Date(0)').$items, ['1970-01-01T00:00:00.000Z'])
  assert.deepEqual(run('({ a: 1 })'), { $kind: 'instance', $type: 'Object', $fields: [['a', 1]] })
  assert.deepEqual(run('new Error("x")').$fields, [['message', 'x']])
})

test('an alias refers to what was written first, and what is empty is written again', () => {
  const user = { id: 1 }
  const node = { user }
  node.me = node
  const empty = []
  const { locals } = snapshot({ user, node, list: [user, node], a: empty, b: empty })
  assert.deepEqual(locals[1][1].$fields, [['user', { $ref: 0 }], ['me', { $ref: 1 }]])
  assert.deepEqual(locals[2][1].$items, [{ $ref: 0 }, { $ref: 1 }])
  assert.deepEqual(locals[3], ['a', { $kind: 'list', $type: 'Array', $length: 0 }])
  assert.deepEqual(locals[4], ['b', { $kind: 'list', $type: 'Array', $length: 0 }])
})

test('an object left out for its depth is written in full elsewhere', () => {
  const user = { id: 1 }
  const { locals } = snapshot({ a: [[user]], b: [user] }, { depth: 2 })
  const deep = { $kind: 'instance', $type: 'Object', $missing: 'depth' }
  assert.deepEqual(locals[0][1].$items[0].$items[0], deep)
  assert.deepEqual(locals[1][1].$items[0].$fields, [['id', 1]])
})

test('a redacted name hides its value, wherever it stands, and is asked about once', () => {
  const locals = {
    password: 'hunter2',
    user: { api_key: 'k', id: 7, [Symbol('secret')]: 1 },
    headers: new Map([['Authorization', 'Bearer'], [Symbol('secret'), 1], ['Accept', '*/*']])
  }
  const hidden = { $missing: 'redacted' }
  for (let round = 0; round < 2; round++) {
    const found = Object.fromEntries(snapshot(locals).locals)
    assert.deepEqual(found.password, hidden)
    const fields = [['api_key', hidden], ['id', 7], ['Symbol(secret)', hidden]]
    assert.deepEqual(found.user.$fields, fields)
    assert.deepEqual(found.headers.$entries.map((entry) => entry[1]), [hidden, hidden, '*/*'])
  }
  const odd = shown(new Map([[new String('password'), 1], [Buffer.alloc(300), 1], [null, 1]]))
  assert.deepEqual(odd.$entries.map((entry) => entry[1]), [hidden, hidden, 1])
  for (const name of ['api_key', 'Accept']) {
    assert.equal(asked.filter((each) => each === name).length, 1, name)
  }
})
