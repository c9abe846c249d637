// Files that V8 compiles more than once.
//
// Knows when Node does so, by `import` of what is CommonJS, and when an application does. Invariant:
// each function that runs is hit, and once.

'use strict'

const assert = require('node:assert/strict')
const test = require('node:test')
const { pathToFileURL } = require('node:url')
const { begin, end, Place, Placed } = require('./help')

const WORK = `exports.work = function work (n) {
  const twice = n * 2
  return twice //: twice
}
exports.work(1)
`

test.before(begin)
test.after(end)

test('a CommonJS file that a module imports is hit from its first call on', async () => {
  const place = new Place(WORK)
  const counting = new Placed(place.at('twice'), { kind: 'count' })
  assert.equal(counting.state, 'pending')
  const { default: { work } } = await import(pathToFileURL(place.file))
  assert.equal(counting.count('captured'), 1)
  work(2)
  assert.equal(counting.count('captured'), 2)
  const later = new Placed(place.at('twice'), { kind: 'count' })
  work(3)
  assert.deepEqual([counting.count('captured'), later.count('captured')], [3, 1])
  counting.remove()
  later.remove()
})

test('a file that is loaded again is hit in what was made before and after', () => {
  const place = new Place(WORK)
  const before = place.load()
  const counting = new Placed(place.at('twice'), { kind: 'count', condition: 'n > 1' })
  const all = [before]
  for (let turn = 0; turn < 3; turn++) {
    delete require.cache[place.file]
    all.push(place.load())
  }
  for (const { work } of all) work(5)
  assert.equal(counting.count('captured'), 4)
  assert.equal(counting.count('condition_false'), 3)
  counting.remove()
})

test('so is a file of which hundreds were made', () => {
  const place = new Place(WORK)
  const counting = new Placed(place.at('twice'), { kind: 'count' })
  for (let turn = 0; turn < 200; turn++) {
    delete require.cache[place.file]
    place.load()
  }
  assert.equal(counting.count('captured'), 200)
  counting.remove()
})
