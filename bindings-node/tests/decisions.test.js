// Conditions and values that chance makes: what a function decides, the core's machine decides too.
//
// Knows the grammar of conditions. Invariant: the same seed makes the same conditions and values; code
// of the application that runs is counted.

'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const conditions = require('../lib/conditions')
const { decided } = require('../lib/hit')
const { chances } = require('./chance')
const { begin, end, Place, Placed } = require('./help')

test.before(begin)
test.after(end)

const CONDITIONS = 120
const ROUNDS = 25
/** Of the decisions, those of functions at least. */
const LEAST_DECIDED = 0.6

let ran = 0
const code = () => { ran++; return 1 }
const handler = new Proxy({}, { get: () => code })

class Cart {
  constructor () {
    this.items = [{ price: 5 }, { price: 50 }]
    this.name = 'ann'
    this.size = 3
  }

  get total () { return code() }
}
class List extends Array { includes () { return code() } }
class Tree extends Map { has () { return code() } }
class Odd { static [Symbol.hasInstance] () { return code() } }

/** Values of all sorts. */
const VALUES = [
  undefined, null, true, false, 0, -0, 1, 7, -3, 0.5, 1e21, NaN, Infinity, 2 ** 31, 2 ** 53, 0n, 7n,
  -(1n << 70n), '', '7', ' 7 ', '0x10', '1e3', 'abc', 'password', 'x'.repeat(40), '9'.repeat(30),
  'é€😀', '\ud83d', Symbol('s'), Symbol.iterator, [], [1, 2, 3], ['a', 'password'],
  ['password', 'hidden'], [undefined, NaN, null],
  [1, , 3], // eslint-disable-line
  [[1], [2]], new List(1, 2), new Uint8Array([1, 2]), new Float64Array([0.5, NaN]),
  Buffer.from('ab'), {}, { a: 1, b: { a: 2 } }, { length: 4, size: 2 },
  { get a () { return code() } }, { valueOf: code, toString: code }, Object.create({ a: 7 }),
  Object.create(null), new Proxy({}, handler), new Proxy([], handler), new Proxy(code, handler),
  Object.create(new Proxy({}, handler)), new Cart(), Cart, code, Odd, new Date(0), /x/,
  new Error('e'), new Map([['a', 1], [7, 'x'], [NaN, 2]]), new Set([1, 'a', NaN]),
  new Tree([['a', 1]]), new String('s'), 'ab\r\n7', '-1', '01', '1', 'length', 'a'.repeat(5_000),
  { 1: 'x', '-1': 'y', null: 'z', NaN: 0 }, { length: 1, password: 2, '\ud83d': 3 },
  ['x', 'hidden'], Object.fromEntries(Array.from({ length: 300 }, (_, at) => ['k' + at, at])),
  { get b () { return code() }, set c (value) { code() }, [Symbol('s')]: 1 },
  Object.defineProperty({ a: 1 }, 'hidden', { value: 2 })
]
const PARAMETERS = ['a', 'b', 'c', 'xs', 'm']
const CONSTANTS = [
  '0', '1', '7', '-0.5', '1e3', '10n', '"abc"', '"7"', '""', 'null', 'undefined', 'NaN', 'true',
  `"${'x'.repeat(40)}"`
]
const NAMES = ['a', 'b', 'length', 'size', 'name', 'items', 'price', 'total', 'toString']
const INFIX = [
  '===', '!==', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>',
  '>>>', '&&', '||', '??'
]
const PATTERNS = [
  '/a/', '/^(a|b)+$/i', '/(a+)+b/', '/\\d{1,3}/', '/^b?/m', '/./s', '/\\bx\\b/', '/[^x]x{3}$/',
  '/\\ud83d/', '/^\\p{L}/u', '/null|true|undefined/'
]
const METHODS = ['includes', 'indexOf', 'startsWith', 'endsWith', 'has', 'get']
const READERS = ['toLowerCase', 'toUpperCase', 'trim']
const FUNCTIONS = [
  'Math.abs', 'Math.floor', 'Math.ceil', 'Math.round', 'Math.trunc', 'Math.sqrt', 'isNaN',
  'Number.isNaN', 'Array.isArray', 'typeof ', '!', '-', '+', '~'
]
const EACH = ['some', 'every', 'find']

/** A condition, not too deep; `bound` are the parameters around. */
function condition (chance, depth, bound) {
  const of = (all) => all[chance(all.length)]
  const inner = () => condition(chance, depth - 1, bound)
  if (depth === 0) return chance(3) === 0 ? of(CONSTANTS) : of([...PARAMETERS, ...bound])
  switch (chance(16)) {
    case 0: return `${inner()}.${of(NAMES)}`
    case 1: return `${inner()}?.${of(NAMES)}`
    case 2: return `${inner()}[${chance(2) === 0 ? chance(3) : inner()}]`
    case 3: return `${inner()}.${of(METHODS)}(${inner()})`
    case 4: return `${inner()}.${of(READERS)}()`
    case 5: return `${of(FUNCTIONS)}(${inner()})`
    case 6: return `(${inner()} ? ${inner()} : ${inner()})`
    case 7: return `[${inner()}, ${of(CONSTANTS)}].includes(${inner()})`
    case 8: return each(chance, depth, bound)
    case 9: return `("${of(NAMES)}" in ${inner()})`
    case 10: return `(${inner()} instanceof ${chance(2) === 0 ? 'm' : inner()})`
    case 11: return `${of(PATTERNS)}.test(${inner()})`
    case 12: return `(${inner()} in ${inner()})`
    case 13: return `${inner()}[${inner()}]`
    case 14: return keys(chance, depth, bound)
    default: return `(${inner()} ${of(INFIX)} ${inner()})`
  }
}

function each (chance, depth, bound) {
  const name = 'e' + bound.length
  const body = () => condition(chance, depth - 1, [...bound, name])
  const array = chance(2) === 0 ? 'xs' : condition(chance, depth - 1, bound)
  const maker = chance(2) === 0 ? 'filter' : 'map'
  const stage = chance(2) === 0 ? '' : `.${maker}(${name} => ${body()})`
  return `${array}${stage}.${EACH[chance(EACH.length)]}(${name} => ${body()})`
}

function keys (chance, depth, bound) {
  const name = 'e' + bound.length
  const object = condition(chance, depth - 1, bound)
  const body = condition(chance, depth - 1, [...bound, name])
  const more = [
    '.length', '[0]', `.includes(${condition(chance, depth - 1, bound)})`,
    `.some(${name} => ${object}[${name}] === ${body})`, `.filter(${name} => ${body}).length`
  ]
  return `Object.keys(${object})${more[chance(more.length)]}`
}

const COUNTERS = ['captured', 'condition_false', 'condition_failed']

/** What a probe's condition comes to with each of the values; null if it is refused. */
function outcomes (place, source, f, all) {
  let placed
  try {
    placed = new Placed(place.at('f'), { kind: 'count', condition: source })
  } catch {
    return null
  }
  const found = []
  let before = placed.report().counters
  for (const values of all) {
    f(...values)
    const { counters } = placed.report()
    found.push(COUNTERS.filter((name) => counters[name] > before[name]).join())
    before = counters
  }
  placed.remove()
  return found
}

test('functions and the machine agree on whatever chance makes', () => {
  const chance = chances(11)
  const head = `module.exports = (${PARAMETERS}) => {`
  const place = new Place(`${head}\n  return [${PARAMETERS}] //: f\n}\n`)
  const f = place.load()
  const value = () => VALUES[chance(VALUES.length)]
  let count = 0
  let same = 0
  const before = { ...decided }
  while (count < CONDITIONS) {
    const source = condition(chance, 1 + chance(3), [])
    const all = Array.from({ length: ROUNDS }, () => PARAMETERS.map(value))
    const byFunctions = outcomes(place, source, f, all)
    if (byFunctions === null) continue
    const { byFunction } = decided
    conditions.use(false)
    const byMachine = outcomes(place, source, f, all)
    conditions.use(true)
    assert.equal(decided.byFunction, byFunction)
    assert.deepEqual(byFunctions, byMachine, source)
    count++
    same += byMachine.filter((one) => one !== 'condition_failed').length
  }
  const byFunction = decided.byFunction - before.byFunction
  console.log(`${byFunction} of ${same} decisions by functions`)
  assert.ok(byFunction >= LEAST_DECIDED * same, `${byFunction} of ${same}`)
  assert.equal(ran, 0)
})

test('a pattern leaves no traces in what the application asks of its own', () => {
  const text = 'module.exports = (a) => {\n  return [RegExp.$1, RegExp.lastMatch, a] //: f\n}\n'
  const place = new Place(text)
  const f = place.load()
  const before = { ...decided }
  const condition = '/^(x+)+y$/.test(a) && a.includes("y")'
  const placed = new Placed(place.at('f'), { kind: 'count', condition })
  'abc'.match(/(b)/)
  assert.deepEqual(f('xxy').slice(0, 2), ['b', 'b'])
  f('x'.repeat(4_000))
  assert.deepEqual([placed.count('captured'), placed.count('condition_false')], [1, 1])
  placed.remove()
  const { byFunction, byMachine } = decided
  assert.deepEqual([byFunction - before.byFunction, byMachine], [2, before.byMachine])
})
