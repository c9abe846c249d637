'use strict'

// Captures values that only JavaScript has, and values that chance makes.
//
//     node values.js HEADER.json FOLDER
//
// Writes FOLDER/names, a name a line, FOLDER/0.stream, … in their order, and FOLDER/chance-0.stream, …

const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const vm = require('node:vm')
const { Capture } = require('../../bindings-node/lib/capture')
const { captureOf, chances } = require('../../bindings-node/tests/chance')
const { before } = require('./head')

const LIMITS = { depth: 3, items: 100, fields: 50, stringBytes: 256, watchStringBytes: 2_048 }
const CHANCES = 500
const ROOM = 63 << 10

let ran = 0
const run = () => ran++

class Cart {
  #total = 5
  items = [1, 2]
  password = 'hunter2'
  static limit = 3
  get total() { return run() }
}
class Registry extends Map {
  get size() { return run() }
}
class Failure extends Error {
  code = 'E_STOCK'
}
const cyclic = { name: 'root', [Symbol('kind')]: 'node' }
cyclic.self = cyclic
const handler = new Proxy({}, { get: run })

const values = {
  'a number with a sign': -0,
  'a time in milliseconds': 1_795_349_071_207,
  'a big integer': 1n << 64n,
  'undefined': undefined,
  'a symbol': Symbol('state'),
  'an array with a hole': [1, , 3],
  'a match': /(\d+)-(\d+)/.exec('order 12-7'),
  'a map': new Map([['a', 1], [{ k: 1 }, [2]]]),
  'a map of a class': new Registry([['a', 1]]),
  'a set': new Set(['x']),
  'an object': { a: 1, b: { c: [true, null] } },
  'an object without a prototype': Object.assign(Object.create(null), { a: 1 }),
  'an object that holds itself': cyclic,
  'an instance': new Cart(),
  'a class': Cart,
  'a function': function total() {},
  'a date': new Date(0),
  'no date': new Date(NaN),
  'an expression': /a+/gi,
  'an error': new Failure('none left', { cause: new RangeError('0 of 3') }),
  'a boxed string': new String('x'),
  'a boxed boolean': new Boolean(false),
  'a buffer': Buffer.from('00ff', 'hex'),
  'an array of floats': new Float32Array([0.5, 2]),
  'a memory': new Uint8Array([1, 2]).buffer,
  'a proxy': new Proxy({ a: 1 }, handler),
  'a promise': Promise.resolve(1),
  'a weak map': new WeakMap(),
  'arguments': (function () { return arguments })(1, 'b'),
  'another realm': vm.runInNewContext('[new Map([[1, { a: new Date(0) }]])]'),
  'a scope': vm.runInNewContext('globalThis')
}

const [headers, folder] = process.argv.slice(2)
const head = before(JSON.parse(readFileSync(headers, 'utf8')).header)
const memory = new Uint8Array(64 << 10)
const capture = new Capture(memory, (name) => name === 'password')

function write(name, locals, { room = ROOM, ...limits } = {}) {
  capture.begin({ ...LIMITS, ...limits }, 0, 0, room, Infinity)
  capture.frame('/app/shop.js', 'place', 42)
  for (const [local, value] of Object.entries(locals)) capture.local(local, value)
  const stream = Buffer.concat([head, memory.subarray(0, capture.finish())])
  writeFileSync(join(folder, `${name}.stream`), stream)
}

Object.values(values).forEach((x, index) => write(index, { x }))
if (ran > 0) throw new Error(`code of the application ran ${ran} times`)
const chance = chances(11)
for (let index = 0; index < CHANCES; index++) {
  const { locals, limits } = captureOf(chance, ROOM)
  write(`chance-${index}`, locals, limits)
}
writeFileSync(join(folder, 'names'), Object.keys(values).join('\n'))
