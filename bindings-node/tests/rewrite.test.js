// Probes on lines that have checks: hit as often as lines, and shown as by the inspector.
//
// Knows the API, and what engine a report names. Invariant: every count is exact.

'use strict'

process.env.STILLFRAME_REWRITE = '1'

const assert = require('node:assert/strict')
const { createHash } = require('node:crypto')
const test = require('node:test')
const { pathToFileURL } = require('node:url')
const vm = require('node:vm')
const { begin, end, Place, Placed, until } = require('./help')
const stillframe = require('..')

test.before(begin)
test.after(end)

const SHOP = `
const rate = 2
class Cart {
  #secret = 3
  constructor (owner) {
    this.owner = owner
    this.items = []
  }
  total (factor) {
    let sum = 0
    for (const item of this.items) { //: turns
      sum += item.price * factor //: body
    }
    return sum //: total
  }
  add (item) {
    this.items.push(item) //: add
    return this
  }
}
function place (cart, user) {
  const total = cart.total(rate) //: place
  const order = { number: 1, total, user } //: order
  function later () { return order }
  return later() //: placed
}
function fib (n) {
  if (n < 2) return n
  return fib(n - 1) + fib(n - 2) //: fib
}
async function waits (gate, n) {
  const before = n
  await gate
  return before + 1 //: behind await
}
function * counts (n) {
  for (let i = 0; i < n; i++) {
    yield i //: yield
  }
}
function maker (start) {
  let count = start
  return () => {
    count += 1
    return count //: closure
  }
}
function spin (turns) {
  let sum = 0
  for (let n = 0; n < turns; n++) {
    sum = (sum + n) | 0 //: spin
  }
  return sum
}
module.exports = { Cart, place, fib, waits, counts, maker, spin }
`

/** Holds a report to the engine that is expected. */
function by (placed, engine) {
  const report = placed.report()
  assert.equal(report.engine, engine, JSON.stringify(report))
  return report
}

function globals () {
  const names = Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('__sf'))
  return names.filter((name) => globalThis[name] !== undefined)
}

test('lines are hit to the unit, while armed and never after', () => {
  const shop = new Place(SHOP)
  const { Cart, fib, spin } = shop.load()
  const body = new Placed(shop.at('body'), { kind: 'count' })
  const other = new Placed(shop.at('body'), { kind: 'count' })
  const total = new Placed(shop.at('total'), { kind: 'count' })
  const recursive = new Placed(shop.at('fib'), { kind: 'count' })
  const hot = new Placed(shop.at('spin'), { kind: 'count' })
  for (const placed of [body, other, total, recursive, hot]) by(placed, 'rewrite')
  const cart = new Cart('ann')
  for (let n = 0; n < 5; n++) cart.add({ price: n })
  for (let n = 0; n < 20; n++) cart.total(n)
  assert.equal(fib(10), 55)
  assert.equal(spin(100_000), 704982704)
  const hits = [body, other, total, recursive, hot].map((placed) => placed.count('hits'))
  assert.deepEqual(hits, [100, 100, 20, 88, 100_000])
  body.remove()
  cart.total(1)
  assert.deepEqual([other.count('hits'), total.count('hits')], [105, 21])
  for (const placed of [other, total, recursive, hot]) placed.remove()
  assert.deepEqual(globals(), [])
  assert.equal(spin(1_000), 499500)
})

test('a snapshot shows what the inspector shows, but for what no check passes', async () => {
  const shop = new Place(SHOP)
  const { Cart, place } = shop.load()
  const placed = new Placed(shop.at('placed'), { limit: 1 })
  const adds = new Placed(shop.at('add'), { limit: 1 })
  by(placed, 'rewrite')
  const cart = new Cart('ann').add({ price: 2.5 })
  place(cart, { id: 7 })
  const [{ locals, stack }] = await placed.snapshots()
  assert.equal(locals.total, 5)
  assert.deepEqual([locals.cart.owner, locals.order.number], ['ann', 1])
  assert.equal(locals.later.$missing, 'unreadable')
  assert.deepEqual(Object.keys(locals), ['cart', 'user', 'total', 'order', 'later'])
  assert.deepEqual([stack[0].function, stack[0].line], ['place', shop.line('placed')])
  assert.ok(stack[1].file === __filename, JSON.stringify(stack))
  const [{ locals: { this: self, item } }] = await adds.snapshots()
  assert.deepEqual([self.$type, self.owner, item.price], ['Cart', 'ann', 2.5])
  await until(() => placed.state === 'done' && globals().length === 0, () => globals().join())
  placed.remove()
  adds.remove()
})

test('what is not set yet is told as such', async () => {
  const shop = new Place(SHOP)
  const { Cart, place } = shop.load()
  const placed = new Placed(shop.at('order'), { limit: 1 })
  place(new Cart('ann'), { id: 7 })
  const [{ locals }] = await placed.snapshots()
  assert.deepEqual([locals.total, locals.order.$missing], [0, 'not set yet'])
  placed.remove()
})

test('conditions, watches and log lines read what the check passes', async () => {
  const shop = new Place(SHOP)
  const { Cart } = shop.load()
  const body = { condition: 'item.price > 2 && this.owner === "ann"', watches: ['sum * 2'] }
  const placed = new Placed(shop.at('body'), { ...body, exact: true })
  const line = { kind: 'log', log: 'total={sum}', condition: 'sum > Math.PI' }
  const log = new Placed(shop.at('total'), line)
  by(placed, 'rewrite')
  by(log, 'rewrite')
  const cart = new Cart('ann')
  for (let n = 0; n < 5; n++) cart.add({ price: n })
  cart.total(1)
  assert.deepEqual([placed.count('hits'), placed.count('captured')], [5, 2])
  const [first] = await placed.snapshots(2)
  assert.deepEqual(first.watches, { 'sum * 2': 6 })
  const [{ message }] = await log.snapshots()
  assert.equal(message, 'total=10')
  placed.remove()
  log.remove()
})

test('what no check passes is left to the inspector, and it is said', () => {
  const shop = new Place(SHOP)
  const { Cart, place } = shop.load()
  const ofModule = new Placed(shop.at('place'), { condition: 'rate === 2' })
  const turns = new Placed(shop.at('turns'), { kind: 'count' })
  assert.match(by(ofModule, 'inspector').at.note, /does not pass `rate`/)
  assert.match(by(turns, 'inspector').at.note, /hooked by the inspector/)
  // Both engines in one function.
  const body = new Placed(shop.at('body'), { kind: 'count' })
  by(body, 'rewrite')
  const cart = new Cart('ann').add({ price: 1 }).add({ price: 2 })
  place(cart, {})
  assert.deepEqual([ofModule.count('captured'), body.count('hits')], [1, 2])
  assert.ok(turns.count('hits') >= 2)
  for (const placed of [ofModule, turns, body]) placed.remove()
})

test('closures, generators and promises from before and after are hit', async () => {
  const shop = new Place(SHOP)
  const { maker, counts, waits } = shop.load()
  const before = maker(0)
  const paused = counts(3)
  paused.next()
  let open
  const gate = new Promise((resolve) => { open = resolve })
  const waiting = waits(gate, 1)
  const marks = ['closure', 'yield', 'behind await']
  const count = (mark) => new Placed(shop.at(mark), { kind: 'count' })
  const [closure, yields, awaits] = marks.map(count)
  before()
  maker(1)()
  assert.deepEqual([...paused], [1, 2])
  assert.deepEqual([...counts(2)], [0, 1])
  open()
  assert.equal(await waiting, 2)
  const hits = [closure, yields, awaits].map((placed) => placed.count('hits'))
  assert.deepEqual(hits, [2, 4, 1])
  for (const placed of [closure, yields, awaits]) placed.remove()
})

test('ES modules are probed, and code that waits for its probe', async () => {
  const module = new Place('export function two (n) {\n  return n * 2 //: two\n}\n', 'mjs')
  const late = new Placed(module.at('two'), { kind: 'count' })
  const { two } = await import(pathToFileURL(module.file))
  by(late, 'rewrite')
  assert.equal(two(4), 8)
  assert.equal(late.count('hits'), 1)
  late.remove()
})

test('a module that is imported and required is one, with its names', async () => {
  const shop = new Place('exports.named = function (n) {\n  return n //: named\n}\n')
  const text = `export { named } from ${JSON.stringify(pathToFileURL(shop.file).href)}\n`
  const module = new Place(text, 'mjs')
  const { named } = await import(pathToFileURL(module.file))
  assert.equal(named, shop.load().named)
  const placed = new Placed(shop.at('named'), { kind: 'count' })
  by(placed, 'rewrite')
  named(1)
  assert.equal(placed.count('hits'), 1)
  placed.remove()
})

test('functions run in scopes of vm, and what vm compiles is untouched', () => {
  const shop = new Place(SHOP)
  const { fib } = shop.load()
  const placed = new Placed(shop.at('fib'), { kind: 'count' })
  const code = 'function own (n) {\n  return n\n}\n[fib(3), own.toString(), typeof __sf0]'
  const [value, own, known] = vm.runInNewContext(code, { fib })
  assert.deepEqual([value, known], [2, 'undefined'])
  assert.ok(!own.includes('__sf'), own)
  assert.equal(placed.count('hits'), 2)
  placed.remove()
})

test('a source that cannot be rewritten is loaded as it is, and it is said', () => {
  const text = 'const __sf7 = 1\nmodule.exports = function f (a) {\n  return a //: f\n}\n'
  const taken = new Place(text)
  const f = taken.load()
  const placed = new Placed(taken.at('f'), { kind: 'count' })
  assert.match(by(placed, 'inspector').at.note, /the file was left as it is: .*`__sf7`/)
  f(1)
  assert.equal(placed.count('hits'), 1)
  assert.match(stillframe.status().notes.rewrite, /\d+ sources, \d+ functions; 1 left as they are/)
  placed.remove()
  const broken = new Place('function (\n')
  assert.throws(() => broken.load(), SyntaxError)
})

test('the source is compared as it is on disk', () => {
  const shop = new Place(SHOP)
  shop.load()
  const hash = createHash('sha256').update(SHOP).digest('hex')
  const location = { file: shop.file, line: shop.line('body'), source_sha256: hash }
  const placed = new Placed(location, { kind: 'count' })
  assert.equal(by(placed, 'rewrite').at.source, 'equal')
  placed.remove()
})

test('code that is loaded already cannot be asked for', () => {
  const expected = { code: 'option', message: /run --rewrite/ }
  assert.throws(() => stillframe.start({ rewrite: true }), expected)
})
