// Probes on lines of JavaScript: where they are hit, how often, and what they show.

'use strict'

const assert = require('node:assert/strict')
const { Session } = require('node:inspector')
const test = require('node:test')
const { pathToFileURL } = require('node:url')
const stillframe = require('..')
const { begin, end, Place, Placed, until } = require('./help')

const SHOP = `
class Cart {
  constructor (owner) {
    this.owner = owner
    this.items = []
  }
  total (rate) {
    let sum = 0
    for (const item of this.items) {
      sum += item.price * rate //: body
    }
    return sum //: total
  }
}
class Member extends Cart {
  constructor (owner) {
    const before = 1
    super(owner) //: super
    this.member = before //: member
  }
}
function place (cart, user) {
  const total = cart.total(2)
  const order = { number: 1, total, user } //: order
  return order //: placed
}
function outer (n) {
  const scale = 10
  return [1, 2].map(x => x * scale + n) //: arrow
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
function chooses (key) {
  switch (key) {
    case 1: {
      const one = 'one'
      return one //: case
    }
    default:
      return 'none' //: default
  }
}
function stops () {
  debugger //: debugger
  return 1 //: behind
}
module.exports = { Cart, Member, place, outer, waits, counts, chooses, stops }
`

let paused = 0
let watcher

test.before(() => {
  // Another session is told of every pause of the process, ours too.
  watcher = new Session()
  watcher.connect()
  watcher.post('Debugger.enable')
  watcher.post('Debugger.setSkipAllPauses', { skip: false })
  begin()
})

test.after(() => {
  watcher.disconnect()
  end()
})

function watching () {
  const count = () => { paused += 1 }
  watcher.on('Debugger.paused', count)
  return () => watcher.off('Debugger.paused', count)
}

/** A snapshot that no other program of the machine has kept until its deadline. */
async function whole (placed, hit) {
  for (let taken = 1; ; taken++) {
    const snapshot = (await placed.snapshots(taken))[taken - 1]
    if (taken === 10 || !JSON.stringify(snapshot).includes('deadline')) return snapshot
    hit()
  }
}

test('a snapshot of no frames names the probed one alone', async () => {
  const shop = new Place(SHOP)
  const { Cart, place } = shop.load()
  const placed = new Placed(shop.at('placed'), { capture: { frames: 0 } })
  place(new Cart('Lea'), null)
  const { stack, locals } = (await placed.snapshots())[0]
  const named = stack.map((frame) => [frame.function, frame.line])
  assert.deepEqual(named, [['place', shop.line('placed')]])
  assert.equal(locals.order.number, 1)
  placed.remove()
})

test('a snapshot shows variables, this, the stack and what is not set yet', async () => {
  const shop = new Place(SHOP)
  const { Cart, place } = shop.load()
  const placed = new Placed(shop.at('order'))
  const at = placed.report().at
  assert.deepEqual([placed.state, at.line, at.function], ['armed', shop.line('order'), 'place'])
  const cart = new Cart('ann')
  cart.items.push({ price: 2.5 }, { price: 1 })
  const user = { id: 7, tags: ['a', 'b'] }
  assert.deepEqual(place(cart, user), { number: 1, total: 7, user })
  const snapshot = await whole(placed, () => place(cart, user))
  const { locals, stack } = snapshot
  assert.deepEqual(Object.keys(locals), ['cart', 'user', 'total', 'order'])
  assert.equal(locals.total, 7)
  assert.equal(locals.cart.$type, 'Cart')
  assert.equal(locals.cart.owner, 'ann')
  assert.deepEqual(locals.user.tags, ['a', 'b'])
  assert.equal(locals.order.$missing, 'not set yet')
  assert.deepEqual([stack[0].function, stack[0].line], ['place', shop.line('order')])
  assert.ok(stack.length > 1 && stack[1].file === __filename, JSON.stringify(stack))
  placed.remove()
})

test('what its budget affords is told of a probe as soon as it is armed', () => {
  const place = new Place('module.exports = (n) => {\n  return n //: f\n}\n')
  place.load()
  const placed = new Placed(place.at('f'), { kind: 'count', budget_ppm: 5_000 })
  const { state, hit_cost_ns: cost, affords_per_s: hits } = placed.report()
  assert.equal(state, 'armed')
  assert.ok(cost >= 25_000 && cost < 50_000, `${cost} ns`)
  assert.equal(hits, Math.floor(5_000_000 / cost))
  placed.remove()
})

test('hits are counted to the unit, and none after removal', () => {
  const shop = new Place(SHOP)
  const { Cart, chooses } = shop.load()
  const body = new Placed(shop.at('body'), { kind: 'count' })
  const other = new Placed(shop.at('body'), { kind: 'count' })
  const total = new Placed(shop.at('total'), { kind: 'count' })
  const one = new Placed(shop.at('case'), { kind: 'count' })
  const cart = new Cart('ann')
  for (let n = 0; n < 5; n++) cart.items.push({ price: n })
  for (let n = 0; n < 20; n++) cart.total(n)
  chooses(1)
  chooses(2)
  assert.deepEqual([body, other, total, one].map((probe) => probe.count('hits')), [100, 100, 20, 1])
  body.remove()
  cart.total(1)
  assert.equal(other.count('hits'), 105)
  for (const probe of [other, total, one]) probe.remove()
})

test('arrows, generators, async functions and constructors are hit', async () => {
  const shop = new Place(SHOP)
  const { Member, outer, waits, counts } = shop.load()
  let open
  const gate = new Promise((resolve) => { open = resolve })
  const running = waits(gate, 4)
  const generator = counts(3)
  generator.next()
  const arrow = new Placed(shop.at('arrow'), { kind: 'count' })
  const behind = new Placed(shop.at('behind await'))
  const yields = new Placed(shop.at('yield'), { kind: 'count' })
  const before = new Placed(shop.at('super'))
  const member = new Placed(shop.at('member'))
  outer(1)
  open()
  assert.equal(await running, 5)
  assert.deepEqual([...generator], [1, 2])
  new Member('bob')
  assert.equal(yields.count('hits'), 2)
  assert.equal((await behind.snapshots())[0].locals.before, 4)
  const [early] = await before.snapshots()
  // Before super() there is none: V8 of Node 20 says undefined, newer ones raise.
  const { this: none, ...others } = early.locals
  assert.deepEqual(others, { owner: 'bob', before: 1 })
  if (none !== undefined) assert.equal(none.$missing, 'not set yet')
  assert.equal((await member.snapshots())[0].locals.this.owner, 'bob')
  assert.ok(arrow.count('hits') >= 1)
  for (const probe of [arrow, behind, yields, before, member]) probe.remove()
})

test('nothing ever pauses', async () => {
  const shop = new Place(SHOP)
  const { Cart, place } = shop.load()
  const unwatch = watching()
  const placed = new Placed(shop.at('order'))
  for (let n = 0; n < 5; n++) place(new Cart('ann'), { n })
  await placed.snapshots(1)
  unwatch()
  assert.equal(paused, 0)
  assert.equal(placed.count('missed'), 0)
  placed.remove()
})

test('a probe waits for its file, and sees its first call', async () => {
  const shop = new Place(SHOP)
  const placed = new Placed(shop.at('order'))
  assert.equal(placed.state, 'pending')
  const { Cart, place } = shop.load()
  place(new Cart('ann'), {})
  assert.deepEqual([placed.state, placed.count('hits')], ['armed', 1])
  placed.remove()
})

test('modules of ECMAScript', async () => {
  const text = 'export function twice (n) {\n  const all = [n, n]\n  return all //: twice\n}\n'
  const module = new Place(text, 'mjs')
  const { twice } = await import(pathToFileURL(module.file))
  const placed = new Placed(module.at('twice'))
  twice(3)
  const [snapshot] = await placed.snapshots()
  assert.deepEqual(snapshot.locals, { n: 3, all: [3, 3] })
  placed.remove()
})

test('functions are found by the names that they are given', () => {
  const text = [
    'const add = (a, b) => {', '  return a + b', '}',
    'const tools = {', '  half (n) {', '    return n / 2', '  },', '  twice: function (n) {',
    '    return n * 2', '  }', '}',
    'class Box {', '  #kept = 1', '  get kept () {', '    return this.#kept', '  }',
    '  static of () {', '    return new Box()', '  }', '}',
    'exports.named = function () {', '  return [add, tools, Box]', '}'
  ].join('\n')
  const place = new Place(text)
  place.load()
  const all = { add: 2, half: 6, twice: 9, 'Box.kept': 15, 'Box.of': 18, named: 22 }
  for (const [name, line] of Object.entries(all)) {
    const placed = new Placed(`${place.file}:${name}`, { kind: 'count' })
    const { state, at } = placed.report()
    assert.deepEqual([state, at.line, at.function], ['armed', line, name])
    placed.remove()
  }
})

test('a condition decides, and what it cannot decide is counted', async () => {
  const shop = new Place(SHOP)
  const { Cart, place } = shop.load()
  const chosen = new Placed(shop.at('order'), { condition: "total > 5 && user.name === 'bob'" })
  const failing = new Placed(shop.at('order'), { condition: 'user.boss.name === 1', kind: 'count' })
  const getter = new Placed(shop.at('order'), { condition: 'user.age > 1', kind: 'count' })
  const early = new Placed(shop.at('order'), { condition: 'order === 1', kind: 'count' })
  const outer = new Placed(shop.at('order'), { condition: 'user instanceof Cart', kind: 'count' })
  const cart = new Cart('ann')
  cart.items.push({ price: 3 })
  let ran = 0
  const user = (name) => ({ name, get age () { ran++; return 7 } })
  for (const name of ['ann', 'bob', 'cid']) place(cart, user(name))
  assert.deepEqual([chosen.count('captured'), chosen.count('condition_false')], [1, 2])
  assert.equal((await chosen.snapshots())[0].locals.user.name, 'bob')
  assert.equal(failing.count('condition_failed'), 3)
  assert.equal(getter.count('condition_failed'), 3)
  assert.equal(early.count('condition_failed'), 3)
  assert.equal(outer.count('condition_false') + outer.count('condition_failed'), 3)
  assert.equal(ran, 0)
  const unknown = new Placed(shop.at('order'), { condition: 'totl > 5' })
  const { state, why } = unknown.report()
  assert.equal(state, 'refused')
  assert.ok(why.message.includes('totl') && why.hint.includes('total'), JSON.stringify(why))
  for (const probe of [chosen, failing, getter, early, outer]) probe.remove()
})

test('a limit ends a probe', async () => {
  const shop = new Place(SHOP)
  const { Cart, place } = shop.load()
  const placed = new Placed(shop.at('placed'), { kind: 'count', limit: 3 })
  for (let n = 0; n < 10; n++) place(new Cart('ann'), { n })
  await until(() => placed.state === 'done', () => JSON.stringify(placed.report()))
  assert.equal(placed.count('captured'), 3)
  await until(() => {
    const hits = placed.count('hits')
    place(new Cart('ann'), {})
    return placed.count('hits') === hits
  }, () => 'its breakpoint stayed')
})

test('watches and log lines are read by the core', async () => {
  const shop = new Place(SHOP)
  const { Cart, place } = shop.load()
  const watches = ['total * 2', 'user.tags', 'cart.items[0].price', 'nobody?.x ?? user.map', 'order']
  const unknown = new Placed(shop.at('order'), { watches })
  assert.equal(unknown.state, 'refused')
  watches[3] = 'user.map'
  const watching = new Placed(shop.at('order'), { watches })
  const logging = new Placed(shop.at('order'), { kind: 'log', log: '{user.name} pays {total} {cart}' })
  let ran = 0
  const user = {
    name: 'bob', tags: ['a', { b: 1 }], map: new Map([['k', new Set([1])]]), get age () { ran++ }
  }
  const cart = new Cart('ann')
  cart.items.push({ price: 3 })
  const snapshot = await whole(watching, () => place(cart, user), place(cart, user))
  const { watches: shown } = snapshot
  assert.equal(shown['total * 2'], 12)
  assert.deepEqual(shown['user.tags'][0], 'a')
  assert.equal(shown['user.tags'][1].b, 1)
  assert.equal(shown['cart.items[0].price'], 3)
  assert.deepEqual(shown['user.map'].$entries[0][1].$items, [1])
  assert.deepEqual(shown['user.map'], snapshot.locals.user.map, 'as JavaScript writes it')
  assert.ok(JSON.stringify(shown.order).includes('not'), JSON.stringify(shown.order))
  assert.equal(snapshot.locals.user.name, 'bob')
  const [line] = await logging.snapshots()
  assert.ok(line.message.startsWith('bob pays 6 '), JSON.stringify(line))
  assert.deepEqual([line.at.line, line.at.function], [shop.line('order'), 'place'])
  assert.equal(ran, 0)
  watching.remove()
  logging.remove()
})

test('a line behind the end is refused', () => {
  const shop = new Place(SHOP)
  shop.load()
  const beyond = new Placed(`${shop.file}:4000`)
  assert.equal(beyond.state, 'refused')
  assert.ok(beyond.report().why.message.includes('behind the end'))
})

test('an agent that is started while it runs stays as it is', () => {
  const before = stillframe.status().instance
  stillframe.start({ service: 'another', sink: () => {} })
  const { instance, service } = stillframe.status()
  assert.deepEqual([instance, service], [before, 'tests'])
})
