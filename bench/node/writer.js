// The writer of captures without a probe: what of a snapshot is the walk over its values.
//
// Knows `bindings-node/lib` as a hit does. Invariant: what it wrote is as long as what a snapshot of the
// same values takes.

'use strict'

const assert = require('node:assert/strict')
const { Capture } = require('../../bindings-node/lib/capture')
const native = require('../../bindings-node/native')
const { TEN } = require('./targets')

const ROOM = 64 * 1024
/** The core's own, as a hit is given them. */
const LIMITS = { depth: 3, items: 100, fields: 50, stringBytes: 256, watchStringBytes: 1024 }
const NAMES = Object.keys(TEN)
const VALUES = Object.values(TEN)
/** A hundred numbers and twenty keys take more. */
const LEAST_BYTES = 500

const capture = new Capture(new Uint8Array(ROOM), native.isRedacted)

/** Writes the ten locals so many times; the bytes that one took. */
function write (count) {
  let length = 0
  for (let turn = 0; turn < count; turn++) {
    capture.begin(LIMITS, 0, 0, ROOM, Infinity)
    for (let at = 0; at < NAMES.length; at++) capture.local(NAMES[at], VALUES[at])
    length = capture.finish()
  }
  assert.ok(length > LEAST_BYTES, `the writer wrote ${length} bytes`)
  return length
}

module.exports = { write }
