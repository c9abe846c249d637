// Private names of classes, in conditions and in snapshots.
//
// Invariant: no accessor is run, no other class's fields are seen, and what is redacted is not read.

'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const conditions = require('../lib/conditions')
const { decided } = require('../lib/hit')
const { begin, end, Place, Placed } = require('./help')

const SHOP = `
exports.ran = 0
class Cart {
  static #made = 0
  static make () {
    this.#made++
    return new this() //: static
  }
  #total = 7
  #items = [1, { deep: 2 }]
  #password = 'hunter2'
  #late
  shown = 1
  get #sum () { exports.ran++; return 3 }
  set #only (value) { exports.ran++ }
  #method () { return 1 }
  add (other) {
    return other //: add
  }
  inner (other) {
    const each = (one) => {
      return one //: arrow
    }
    return each(other)
  }
  async later (other) {
    await null
    return other //: async
  }
  * each (other) {
    yield other //: generator
  }
  get public () {
    return 5 //: getter
  }
  field = (() => {
    return this.shown //: field
  })()
  static {
    exports.block = (other) => {
      return other //: block
    }
  }
  nested () {
    const Inner = class {
      #total = 'inner'
      at (other) {
        return other //: nested
      }
    }
    return new Inner().at(this)
  }
  plain () {
    return (function (other) {
      return other //: plain
    })(this)
  }
}
class Big extends Cart {
  #own = 1
  constructor () {
    const before = 1
    super() //: super
    this.before = before //: member
  }
  own () {
    return this.#own //: own
  }
}
class Other { #total = 5 }
class Unused {
  #quiet = 4
  at () {
    return 1 //: unused
  }
}
const mixin = (Base) => class extends Base {
  #mixed = 1
  at (other) {
    return other //: mixin
  }
}
class Many {
  ${Array.from({ length: 40 }, (_, at) => `#f${at} = ${at}`).join('\n  ')}
  at () {
    return 1 //: many
  }
}
function outside (cart) {
  return cart //: outside
}
Object.assign(exports, { Cart, Big, Other, Unused, Many, mixin, outside })
`

let place
let shop

test.before(() => {
  begin()
  place = new Place(SHOP)
  shop = place.load()
})
test.after(end)

/** How a condition comes out: the counter of the one hit, or why there is no probe. */
function outcome (mark, condition, run) {
  let placed
  try {
    placed = new Placed(place.at(mark), { kind: 'count', condition })
  } catch (error) {
    return error.message
  }
  try {
    run()
    const { state, why, counters } = placed.report()
    if (state === 'refused') return `${why.message}; ${why.hint}`
    const names = ['captured', 'condition_false', 'condition_failed']
    assert.equal(counters.hits, 1, JSON.stringify(counters))
    return names.find((name) => counters[name] === 1)
  } finally {
    placed.remove()
  }
}

test('a private field is read wherever its class is around', () => {
  const cart = new shop.Cart()
  const all = [
    ['add', 'this.#total === 7', () => cart.add(1)],
    ['add', 'this.#items[1].deep === 2 && this.shown === 1', () => cart.add(1)],
    ['add', 'other.#total === 7', () => cart.add(new shop.Cart())],
    ['add', 'other?.#total === undefined', () => cart.add(null)],
    ['add', 'typeof this.#method === "function"', () => cart.add(1)],
    ['add', 'this.#late === undefined', () => cart.add(1)],
    ['arrow', 'one.#total === 7', () => cart.inner(cart)],
    ['generator', 'this.#total === 7', () => cart.each(1).next()],
    ['getter', 'this.#total === 7', () => cart.public],
    ['field', 'this.#total === 7', () => new shop.Cart()],
    ['block', 'other.#total === 7', () => shop.block(cart)],
    ['static', 'this.#made > 0', () => shop.Cart.make()],
    ['plain', 'other.#total === 7', () => cart.plain()],
    ['own', 'this.#own === 1', () => new shop.Big().own()],
    ['unused', 'this.#quiet === 4', () => new shop.Unused().at()]
  ]
  for (const [mark, condition, run] of all) {
    assert.equal(outcome(mark, condition, run), 'captured', condition)
  }
})

test('whether an object has one is told of anything, an accessor too', () => {
  const cart = new shop.Cart()
  const asked = (condition, other, mark = 'add') =>
    outcome(mark, condition, () => cart.add(other))
  for (const name of ['#total', '#sum', '#only', '#method', '#late']) {
    assert.equal(asked(`${name} in this`), 'captured', name)
    assert.equal(asked(`${name} in other`, new shop.Big()), 'captured', name)
    const lookalike = { [name]: 1 }
    const others = [lookalike, new shop.Other(), [], () => 1, new Map(), new Proxy(cart, {})]
    for (const other of others) {
      assert.equal(asked(`${name} in other`, other), 'condition_false', name)
    }
    for (const other of [null, undefined, 5, 'text', Symbol('s'), 1n]) {
      assert.equal(asked(`${name} in other`, other), 'condition_failed', name)
    }
  }
  assert.equal(asked('#total in other && other.#total === 7', new shop.Big()), 'captured')
  assert.equal(asked('#total in other && other.#total === 7', new shop.Other()), 'condition_false')
  assert.match(asked('#sum in this && this.#sum === 3'), /`#sum` is an accessor/)
  assert.match(asked('#totel in this'), /declares `#totel`; did you mean #total/)
  assert.match(asked('#password in this'), /redacted/)
  const outside = outcome('outside', '#total in cart', () => shop.outside(cart))
  assert.match(outside, /no class .* declares .* in their class/)
  const nested = (condition) => outcome('nested', condition, () => cart.nested())
  assert.equal(nested('#total in other'), 'condition_false')
  assert.equal(nested('#late in other && #total in this'), 'captured')
  assert.equal(shop.ran, 0)
})

test('what private names decide is decided by the function that was made', () => {
  const cart = new shop.Cart()
  for (const condition of ['#total in other', 'other.#total === 7', '#sum in other && other']) {
    const before = { ...decided }
    assert.equal(outcome('add', condition, () => cart.add(cart)), 'captured', condition)
    const [byFunction, byMachine] = [decided.byFunction, decided.byMachine]
    assert.deepEqual([byFunction - before.byFunction, byMachine], [1, before.byMachine], condition)
    conditions.use(false)
    assert.equal(outcome('add', condition, () => cart.add(cart)), 'captured', condition)
    conditions.use(true)
    assert.equal(decided.byMachine, byMachine + 1, condition)
  }
})

test('a function that waits reads it too', async () => {
  const placed = new Placed(place.at('async'), { kind: 'count', condition: 'this.#total === 7' })
  await new shop.Cart().later(1)
  assert.equal(placed.count('captured'), 1)
  placed.remove()
})

test('an object of another class has none', () => {
  const cart = new shop.Cart()
  const others = [new shop.Other(), {}, 5, 'text', new Proxy(cart, {}), Symbol('s'), () => 1]
  for (const other of others) {
    assert.equal(outcome('add', 'other.#total === 7', () => cart.add(other)), 'condition_failed')
  }
  const nested = outcome('nested', 'other.#total === 7', () => cart.nested())
  assert.equal(nested, 'condition_failed')
  const inner = outcome('nested', 'this.#total === "inner"', () => cart.nested())
  assert.equal(inner, 'captured')
  const [One, Two] = [shop.mixin(Object), shop.mixin(Object)]
  const mixed = (other) => outcome('mixin', 'other.#mixed === 1', () => new One().at(other))
  assert.equal(mixed(new One()), 'captured')
  assert.equal(mixed(new Two()), 'condition_failed')
})

test('before super() there is no this to ask', () => {
  assert.equal(outcome('super', 'this.#own === 1', () => new shop.Big()), 'condition_failed')
  assert.equal(outcome('member', 'this.#own === 1', () => new shop.Big()), 'captured')
})

test('an accessor is refused, and what no class declares', () => {
  const said = (mark, condition) => outcome(mark, condition, () => {})
  assert.match(said('add', 'this.#sum === 3'), /`#sum` is an accessor/)
  assert.match(said('add', 'this.#only === 3'), /`#only` is an accessor/)
  assert.match(said('add', 'this.#totel === 3'), /declares `#totel`; did you mean #total/)
  assert.match(said('outside', 'cart.#total === 7'), /no class .* declares .* in their class/)
  assert.match(said('add', 'this.#password === "hunter2"'), /redacted/)
  assert.equal(shop.ran, 0)
})

test('a public property that looks like one is none', () => {
  const cart = new shop.Cart()
  const other = { '#total': 8 }
  assert.equal(outcome('add', 'other["#total"] === 8', () => cart.add(other)), 'captured')
  assert.equal(outcome('add', 'other.#total === 8', () => cart.add(other)), 'condition_failed')
})

async function shown (mark, run, options = {}) {
  const placed = new Placed(place.at(mark), { ...options })
  await run()
  const [snapshot] = await placed.snapshots()
  placed.remove()
  return snapshot
}

test('a snapshot shows the private fields of this', async () => {
  const watches = ['this.#total + 1', 'this.#items[1]']
  const snapshot = await shown('add', () => new shop.Cart().add(new shop.Cart()), { watches })
  assert.equal(snapshot.watches['this.#total + 1'], 8)
  assert.equal(snapshot.watches['this.#items[1]'].deep, 2)
  const { this: self, other } = snapshot.locals
  assert.deepEqual(self, {
    $type: 'Cart',
    shown: 1,
    field: 1,
    '#total': 7,
    '#items': [1, { $type: 'Object', deep: 2 }],
    '#password': { $missing: 'redacted' },
    '#late': { $undefined: true }
  })
  assert.deepEqual(other, { $type: 'Cart', shown: 1, field: 1 })
  assert.equal(JSON.stringify(snapshot).includes('hunter2'), false)
  assert.equal(shop.ran, 0)
})

test('only what the object has, and not before super()', async () => {
  const early = await shown('super', () => new shop.Big())
  assert.equal(JSON.stringify(early).includes('#own'), false)
  const own = await shown('own', () => new shop.Big().own())
  assert.deepEqual(own.locals.this, { $type: 'Big', shown: 1, field: 1, before: 1, '#own': 1 })
  const many = await shown('many', () => new shop.Many().at())
  const names = Object.keys(many.locals.this).filter((name) => name.startsWith('#'))
  assert.equal(names.length, 32)
  assert.match(JSON.stringify(many), /fields/)
})
