'use strict'

// What values become that are no objects, and what is cut of them.

const test = require('node:test')
const assert = require('node:assert/strict')
const { shown, snapshot, memory } = require('./support')

test('null, undefined and booleans', () => {
  for (const value of [null, undefined, true, false]) assert.strictEqual(shown(value), value)
})

test('whole numbers are integers, but for -0 and what is not exact', () => {
  for (const value of [0, -1, 127, -128, 128, -129, 2 ** 31 - 1, -(2 ** 31)]) {
    assert.strictEqual(shown(value), value)
  }
  for (const value of [2 ** 31, -(2 ** 31) - 1, Date.UTC(2026, 10, 30), 2 ** 53, -(2 ** 53)]) {
    assert.strictEqual(shown(value), BigInt(value))
  }
  for (const value of [-0, 0.1, -1.5, 2 ** 60, 1e300, 5e-324, NaN, Infinity, -Infinity]) {
    assert.deepStrictEqual(shown(value), { $float: value })
  }
})

test('big integers keep every digit', () => {
  const around = [0n, 31n, 32n, 63n, 64n, 65n, 95n, 96n, 127n, 1_000n].map((bits) => 1n << bits)
  for (const value of around.flatMap((power) => [power - 1n, power, power + 1n])) {
    assert.equal(BigInt(shown(value)), value)
    assert.equal(BigInt(shown(-value)), -value)
  }
  const most = (1n << 32_768n) - 1n
  assert.equal(shown(most), most)
  assert.deepEqual(shown(most + 1n), { $missing: 'bytes' })
  assert.deepEqual(shown(-most - 1n), { $missing: 'bytes' })
})

test('strings are one byte a unit where they can be', () => {
  const narrow = ['', 'plain', 'grün', 'x'.repeat(127), 'x'.repeat(128), 'é'.repeat(128)]
  for (const text of [...narrow, '€ 😀', '\ud83d', 'a\ude00']) assert.equal(shown(text), text)
  const tagOf = (text) => {
    snapshot({ x: text })
    return memory[memory.indexOf(0x36) + 5]
  }
  assert.deepEqual([tagOf('grün'), tagOf('€')], [0x11, 0x12])
})

test('a string is cut by its bytes of UTF-8, and no pair of surrogates is parted', () => {
  assert.deepEqual(shown('x'.repeat(300)), { $text: 'x'.repeat(256), $length: 300 })
  assert.deepEqual(shown('é'.repeat(300)), { $text: 'é'.repeat(128), $length: 300 })
  const cut = (text) => shown(text, { stringBytes: 7 })
  assert.deepEqual(cut('é'.repeat(5)), { $text: 'ééé', $length: 5 })
  assert.deepEqual(cut('€€€'), { $text: '€€', $length: 3 })
  assert.deepEqual(cut('😀😀😀'), { $text: '😀', $length: 6 })
  assert.deepEqual(cut('😀ab'), '😀ab')
  assert.deepEqual(shown('abc', { stringBytes: 0 }), { $text: '', $length: 3 })
  assert.deepEqual(shown('', { stringBytes: 0 }), '')
})

test('a watch may say more', () => {
  const text = 'x'.repeat(1_000)
  const { watches, locals } = snapshot({ text, list: [text] }, {}, { text, '[text]': [text] })
  assert.deepEqual(watches[0], ['text', text])
  assert.deepEqual(watches[1][1].$items, [text])
  assert.equal(locals[0][1].$length, 1_000)
  assert.equal(locals[1][1].$items[0].$text.length, 256)
})

test('a symbol is a text that is no string', () => {
  const symbol = (text) => ({ $kind: 'text', $type: 'symbol', $items: [text] })
  assert.deepEqual(shown(Symbol('x')), symbol('Symbol(x)'))
  assert.deepEqual(shown(Symbol()), symbol('Symbol()'))
  assert.deepEqual(shown(Symbol.iterator, { depth: 0 }), symbol('Symbol(Symbol.iterator)'))
})
