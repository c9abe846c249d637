'use strict'

// Captures values and reads them back.
//
// Knows the writer by its public methods alone. Invariant: all tests use one capture, as a process
// does, so that what one leaves behind another would find.

const { Capture } = require('../lib/capture')
const { read } = require('./reader')

const LIMITS = { depth: 3, items: 100, fields: 50, stringBytes: 256, watchStringBytes: 2_048 }
const ROOM = 64 << 10
const SECRET = /password|secret|api_?key|authorization/i

const memory = new Uint8Array(ROOM)
/** Names that the capture asked about. */
const asked = []
const capture = new Capture(memory, (name) => {
  asked.push(name)
  return SECRET.test(name)
})

/** Takes a snapshot of variables; `limits` may name `room` and `deadlineMs` too. */
function snapshot(locals, limits = {}, watches = {}) {
  const { room = ROOM, deadlineMs = Infinity, ...rest } = limits
  capture.begin({ ...LIMITS, ...rest }, 0, 0, room, deadlineMs)
  capture.frame('/app/shop.js', 'place', 42)
  for (const [expression, value] of Object.entries(watches)) capture.watch(expression, value)
  for (const [name, value] of Object.entries(locals)) capture.local(name, value)
  const length = capture.finish()
  return { length, ...read(memory.subarray(0, length)) }
}

/** What one value becomes as the variable `x`. */
const shown = (x, limits) => snapshot({ x }, limits).locals[0][1]

module.exports = { LIMITS, ROOM, asked, capture, memory, shown, snapshot }
