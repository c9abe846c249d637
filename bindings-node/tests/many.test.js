'use strict'

// Many values: what Node itself is made of, what chance makes, and thousands of captures in a row.

const test = require('node:test')
const assert = require('node:assert/strict')
const http = require('node:http')
const { builtinModules } = require('node:module')
const { captureOf, chances } = require('./chance')
const { capture, memory, shown, snapshot, LIMITS, ROOM } = require('./support')
const { read } = require('./reader')

test('whatever chance makes reads back, whatever the limits', () => {
  const chance = chances(7)
  for (let round = 0; round < 2_000; round++) {
    const { locals, limits } = captureOf(chance, ROOM)
    const { length } = snapshot(locals, limits)
    assert.ok(length <= limits.room)
  }
})

test('what Node is made of reads back', async () => {
  const limits = { depth: 6, items: 200, fields: 200 }
  for (const name of builtinModules) {
    if (/^(_|punycode|sys|wasi|node:)/.test(name)) continue
    assert.ok(snapshot({ module: require('node:' + name) }, limits).length > 0, name)
  }
  for (const value of [globalThis, process, process.env, require, module, test]) {
    assert.ok(snapshot({ value }, limits).length > 0)
  }
  const server = http.createServer((request, response) => {
    const { locals } = snapshot({ request, response, server }, limits)
    const types = locals.map((local) => local[1].$type)
    assert.deepEqual(types, ['IncomingMessage', 'ServerResponse', 'Server'])
    response.end('done')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  const answer = await new Promise((resolve, reject) => {
    http.get({ port, host: '127.0.0.1', agent: false }, (response) => {
      response.setEncoding('utf8')
      response.on('data', resolve)
    }).on('error', reject)
  })
  assert.equal(answer, 'done')
  server.close()
})

test('more names than are remembered are right all the same', () => {
  const many = (from) => Array.from({ length: 2_500 }, (_, at) => ({ ['name' + (from + at)]: at }))
  for (let from = 0; from < 7_500; from += 2_500) {
    const { $items } = shown(many(from), { items: 2_500 })
    assert.equal($items.length, 2_500)
    $items.forEach((item, at) => assert.deepEqual(item.$fields, [['name' + (from + at), at]]))
  }
  const keys = new Map(many(0).map((each, at) => [Object.keys(each)[0], at]))
  assert.equal(shown(keys, { items: 2_500 }).$entries.length, 2_500)
  // Rolled back names are defined again where they are next.
  const text = 'x'.repeat(90)
  const wide = Array.from({ length: 30 }, (_, at) => ({ ['first' + at]: 1, ['then' + at]: text }))
  for (let room = 600; room < 3_000; room += 7) {
    const { locals } = snapshot({ wide, again: wide.map((each) => ({ ...each })) }, { room })
    for (const [, value] of locals) {
      value.$items?.forEach((item, at) => {
        item.$fields?.forEach(([name], field) => assert.equal(name, ['first', 'then'][field] + at))
      })
    }
  }
})

test('twenty thousand captures leave nothing behind', async () => {
  require('node:v8').setFlagsFromString('--expose-gc')
  const collect = require('node:vm').runInNewContext('gc')
  const take = (at) => {
    const order = { id: at, items: [{ sku: 'a' + at }], seen: new Set([at]), when: new Date(at) }
    capture.begin(LIMITS, 0, 0, ROOM, Infinity)
    capture.frame('/app/shop.js', 'place', 42)
    capture.local('order', order)
    return capture.finish()
  }
  const run = (count) => {
    for (let at = 0; at < count; at++) take(at)
    collect()
    return process.memoryUsage().heapUsed
  }
  run(5_000)
  const before = run(5_000)
  const grown = run(20_000) - before
  console.log(`20,000 captures: ${grown} bytes more`)
  assert.ok(grown < 1 << 20, `${grown} bytes`)
  assert.equal(read(memory.subarray(0, take(3))).locals.length, 1)
})

test('a hundred objects take some ten microseconds', () => {
  const user = (_, id) => ({ id, name: 'user ' + id, age: id / 2, admin: false })
  const users = Array.from({ length: 100 }, user)
  let best = Infinity
  for (let round = 0; round < 100; round++) {
    const begin = performance.now()
    for (let count = 0; count < 20; count++) {
      capture.begin(LIMITS, 0, 0, ROOM, Infinity)
      capture.frame('/app/shop.js', 'place', 42)
      capture.local('users', users)
      capture.finish()
    }
    best = Math.min(best, (performance.now() - begin) / 20)
  }
  console.log(`a hundred objects of four fields: ${(1_000 * best).toFixed(1)} µs`)
  assert.ok(best < 5, `${best} ms`)
})
