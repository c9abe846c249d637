// Variables of a place: how each is read, and what becomes of those that V8 left out.

'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { begin, end, Place, Placed } = require('./help')

test.before(begin)
test.after(end)

const UNUSED = `
const nothing = 'of another scope'
exports.f = function own (given, unasked) {
  var nothing
  let later
  function inner () {}
  { function within () {} }
  var twice
  var twice = given // eslint-disable-line
  for (var key in { k: 1 }) {}
  for (const each of [given]) {
    return given //: unused
  }
}
class Base {}
class Derived extends Base {
  constructor (n) {
    const early = n
    super(early) //: super
    this.n = early //: behind
  }
  method () {
    return this.n //: method
  }
}
exports.Derived = Derived
exports.g = (n) => {
  switch (n) {
    case 0: { return 0 }
    case 1:
      const one = n // eslint-disable-line
      return one //: switch
  }
}
`

test('a variable that V8 has no place for is missing, and its function is captured', async () => {
  const place = new Place(UNUSED)
  const { f } = place.load()
  const placed = new Placed(place.at('unused'))
  const counted = new Placed(place.at('unused'), { kind: 'count', condition: 'given === 7' })
  const unset = new Placed(place.at('unused'), { kind: 'count', condition: 'nothing === undefined' })
  assert.equal(f(7, 8), 7)
  const [{ locals }] = await placed.snapshots()
  const { given, unasked, each, twice, key, later } = locals
  assert.deepEqual([given, unasked, each, twice, key], [7, 8, 7, 7, 'k'])
  assert.ok('later' in locals && later?.$missing === undefined)
  for (const name of ['own', 'nothing', 'inner']) {
    assert.equal(locals[name].$missing, 'not set yet', name)
  }
  assert.deepEqual([counted.count('captured'), unset.count('condition_failed')], [1, 1])
  for (const one of [placed, counted, unset]) one.remove()
})

test('`this` is read in methods, and before super() never raises', async () => {
  const place = new Place(UNUSED)
  const { Derived } = place.load()
  const method = new Placed(place.at('method'), { condition: 'this.n === 3' })
  const early = new Placed(place.at('super'), { condition: 'early === 3' })
  const behind = new Placed(place.at('behind'), { condition: 'this.n === undefined' })
  new Derived(3).method()
  new Derived(4).method()
  assert.equal((await method.snapshots())[0].locals.this.n, 3)
  assert.equal((await early.snapshots())[0].locals.early, 3)
  assert.equal(method.count('condition_false'), 1)
  assert.equal(early.count('condition_false'), 1)
  assert.equal(behind.count('hits'), 2)
  for (const one of [method, early, behind]) one.remove()
})

test('variables of a switch are read late, and a condition on one decides', async () => {
  const place = new Place(UNUSED)
  const { g } = place.load()
  const placed = new Placed(place.at('switch'), { condition: 'n === 1' })
  const other = new Placed(place.at('switch'), { condition: 'one === 2' })
  g(1)
  assert.equal((await placed.snapshots())[0].locals.one, 1)
  assert.equal(other.count('condition_false'), 1)
  for (const one of [placed, other]) one.remove()
})
