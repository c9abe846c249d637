// Run alone: hits while every builtin that a hit may lead to is patched.

'use strict'

const path = require('node:path')
const stillframe = require('..')
const { decided } = require('../lib/hit')
const { Place, begin, end } = require('./help')

begin()
const text = 'function f (a) {\n  const b = [a]; const c = { k: a }\n  return b //: f\n}\n' +
  'module.exports = f\n'
const place = new Place(text)
const f = place.load()
const got = []
const onSnapshot = (snapshot) => got.push(snapshot)
const condition = `a > 5 && b.includes(7) && b.filter(x => x === a).length === 1 && !('x' in b) &&
  'a b'.trim().indexOf('b') === 2 && Math.floor(a / 2) === 3 && b[0] == '7' &&
  /^(a|b)+ \\d+$/m.test('ab 7') && Object.keys(c).some(k => c[k] === 7 && k in c) && b[a - 7] === 7`
stillframe.probe(place.at('f'), { limit: 10, rate_per_s: 100, condition, onSnapshot })

let ran = 0
const counting = function () { ran++ }
const { defineProperty, getOwnPropertyDescriptor } = Object
const { ownKeys } = Reflect
const site = (() => {
  const before = Error.prepareStackTrace
  Error.prepareStackTrace = (_, sites) => sites
  const found = Object.getPrototypeOf(new Error('x').stack[0])
  Error.prepareStackTrace = before
  return found
})()
const targets = [
  Array.prototype, Map.prototype, String.prototype, Function.prototype, Error, Object, Reflect, site,
  Object.getPrototypeOf([][Symbol.iterator]()), performance, JSON, Number.prototype, Math
]
const kept = []
for (let at = 0; at < targets.length; at++) {
  const keys = ownKeys(targets[at])
  for (let key = 0; key < keys.length; key++) {
    const descriptor = getOwnPropertyDescriptor(targets[at], keys[key])
    const isNeeded = keys[key] === 'constructor' || keys[key] === 'name'
    if (!descriptor.configurable || isNeeded || keys[key] === 'stackTraceLimit') continue
    kept[kept.length] = [targets[at], keys[key], descriptor]
    defineProperty(targets[at], keys[key], { value: counting, writable: true, configurable: true })
  }
}
defineProperty(Object.prototype, 'get', { value: undefined, configurable: true, writable: true })
Error.prepareStackTrace = counting
ran = 0
f(7)
const seen = ran
const isKept = Error.prepareStackTrace === counting
delete Object.prototype.get
for (let at = 0; at < kept.length; at++) defineProperty(kept[at][0], kept[at][1], kept[at][2])
delete Error.prepareStackTrace
const told = () => {
  if (got.length === 0) return setImmediate(told)
  const file = path.basename(got[0].stack[0].file)
  const { locals, stack } = got[0]
  const shown = { ran: seen, isKept, decided, locals, line: stack[0].line, file }
  process.stdout.write(JSON.stringify(shown))
  end()
}
told()
