// One way to look into a running line, and how its cases are measured.
//
// Invariant: what a subject counted is compared with what was run, to the unit; a case that did not do
// what it measures ends the run with an error.

'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const { loops } = require('./targets')

/** The file with the measured code. */
const FILE = require.resolve('./targets')
const LINES = fs.readFileSync(FILE, 'utf8').split('\n')
/** Never 0. */
const SEED = 1
/** Iterations of one call, where they cost little, and where V8 looks at each of them. */
const ITERATIONS = 20_000
const HITS = 20

/** Number of the line that is marked for a function. */
function line (name) {
  const found = LINES.findIndex((text) => text.endsWith(`// PROBE ${name}`))
  assert.notEqual(found, -1, `no line of ${FILE} is marked ${name}`)
  return found + 1
}

/** Fails unless both are the same. */
function expect (what, found, wanted) {
  assert.deepEqual(found, wanted, `${what}: ${told(found)} instead of ${told(wanted)}`)
}

function told (value) {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The one in the middle; of an even number, the later one. */
function middle (all) {
  return all.toSorted((one, other) => one - other)[all.length >> 1]
}

class Subject {
  /** The subject of its rows. */
  name = ''
  /** By case, what its function is compared with; empty if with nothing. */
  cases = {}

  async start () {}

  /** Before a round. */
  async arm () {}

  /** After a round: nothing is probed. */
  async disarm () {}

  /** The function that a case runs. */
  loop (name) {
    return loops[name]
  }

  /** Iterations of one call. */
  iterations (name) {
    return HITS
  }

  /** Calls at most in one measurement. */
  calls (name) {
    return Infinity
  }

  /** Before a measurement. */
  async before (name) {}

  /** Before each of its calls. */
  between (name) {}

  /** After it, which was so many iterations in so many calls. */
  async after (name, ran, calls) {}

  /** Further figures of a round, by name. */
  figures () {
    return {}
  }

  /** After all rounds: whether a condition that becomes true is noticed. */
  async control () {}

  async stop () {}
}

module.exports = { FILE, HITS, ITERATIONS, SEED, Subject, expect, line, middle }
