'use strict'

// Run alone: takes the same snapshot before and after every builtin was patched.

const { capture, memory, LIMITS, ROOM } = require('./support')

let ran = 0
class Deep {
  inner = new Map([['k', new Set([{}])]])
}
const values = [
  1, 2 ** 40, 0.5, 12345678901234567890n, 'text', 'é'.repeat(200), '€'.repeat(200), new Date(0),
  [1, , 3], new Set([1, 'a']), new Map([[1, { a: [1n, Symbol('x')] }]]), { a: 1, [Symbol('k')]: 2 },
  /x/dgimsuy, new Error('e', { cause: 1 }), function f() {}, class C {}, new String('s'),
  new Number(1), Buffer.from('b'), new Float32Array(2), new ArrayBuffer(2), Object.create(null),
  new Deep(), 'abc'.match(/b/), (function () { return arguments })(1)
]
const names = values.map((value, at) => 'local' + at)

function take() {
  capture.begin(LIMITS, 0, 0, ROOM, Infinity)
  capture.frame('a.js', 'f', 1)
  capture.moreFrames(3, false)
  for (let at = 0; at < values.length; at++) {
    capture.watch(names[at], values[at])
    capture.local(names[at], values[at])
  }
  capture.failed('x', 'y')
  return capture.finish()
}

take()
const length = take()
const before = new Uint8Array(memory.subarray(0, length))

const { getOwnPropertyDescriptor, defineProperty, getPrototypeOf } = Object
const { ownKeys } = Reflect
const { constructor: GeneratorFunction } = function * () {}
const hosts = [
  Object, Array, String, Number, Boolean, BigInt, Symbol, Function, RegExp, Date, Map, Set, WeakMap,
  WeakSet, Error, ArrayBuffer, SharedArrayBuffer, DataView, getPrototypeOf(Uint8Array), Uint8Array,
  Float32Array, Buffer, Promise, GeneratorFunction
]
const targets = [
  Reflect, Math, JSON, performance, getPrototypeOf(performance), require('node:util').types,
  getPrototypeOf(new Map().entries()), getPrototypeOf(new Set().values()),
  getPrototypeOf([].values()), getPrototypeOf(getPrototypeOf([].values()))
]
for (let at = 0; at < hosts.length; at++) {
  targets[targets.length] = hosts[at]
  if (hosts[at].prototype) targets[targets.length] = hosts[at].prototype
}
const counting = function () { ran++ }
const patch = (target, key) => {
  defineProperty(target, key, { __proto__: null, get: counting, set: counting, configurable: true })
}
const found = []
for (let at = 0; at < targets.length; at++) {
  const keys = ownKeys(targets[at])
  for (let key = 0; key < keys.length; key++) found[found.length] = [targets[at], keys[key]]
}
for (let at = 0; at < found.length; at++) {
  const target = found[at][0]
  const key = found[at][1]
  const descriptor = getOwnPropertyDescriptor(target, key)
  // Types are called by these, which is no call.
  if (!descriptor.configurable || key === 'constructor' || key === 'name') continue
  patch(target, key)
}
// What a store into a hole, or a look at what a descriptor does not have, would meet.
const holes = [
  'value', 'get', 'set', 'writable', 'at', 'limit', 'stop', 'redacted', 'before', 'next', 'form',
  'type', '0', '1', '7'
]
for (let at = 0; at < holes.length; at++) patch(Object.prototype, holes[at])
patch(Array.prototype, '5')
ran = 0
const again = take()
let isSame = again === length
for (let at = 0; at < length; at++) isSame = isSame && memory[at] === before[at]
const times = ran
for (let at = 0; at < holes.length; at++) delete Object.prototype[holes[at]]
delete Array.prototype[5]
// Nothing else is left to write with.
process._rawDebug(isSame ? 'the same stream, code ran' : 'another stream, code ran', times, 'times')
