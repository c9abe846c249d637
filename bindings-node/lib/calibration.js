// What V8 takes for a hit before the condition of ours runs: what a measured passage has too much.
//
// Knows V8's sessions, nothing of probes. Measured once a thread, outside of hits, on code that nobody
// else runs. Invariant: the least of several is taken, so that too little is taken off rather than too
// much.

'use strict'

const { Script } = require('node:vm')
const P = require('./primordials')
const session = require('./session')

/** Runs of each of the two functions: some 2 ms all together. */
const RUNS = 12
/** Statements of the longer function. */
const STATEMENTS = 40
const NS_PER_MS = 1e6

let came = 0
let known = null

/** What the condition calls. */
function tick () {
  came = P.Now()
}

/** Nanoseconds before a condition runs in a function of so many bytes of text. */
function ownNs (bytes) {
  known ??= [measured(0), measured(STATEMENTS)]
  const [short, long] = known
  const perByte = (long.ns - short.ns) / (long.bytes - short.bytes)
  return short.ns + (bytes > short.bytes && perByte > 0 ? perByte * (bytes - short.bytes) : 0)
}

/** V8 reads the text of the whole function anew with each hit. */
function measured (statements) {
  const body = '  if (now === 1) { now = now + 1 }\n'.repeat(statements)
  const text = `(function (now) {\n${body}  const before = now()\n  now = 0\n  return before\n})`
  const filename = session.OURS + statements
  const run = new Script(text, { filename }).runInThisContext()
  const condition = '(typeof __stillframe==="function"&&__stillframe.tick(),false)'
  const id = session.armByUrl(filename, statements + 2, condition)
  let least = Infinity
  try {
    for (let turn = 0; turn < RUNS; turn++) {
      came = 0
      const before = run(P.Now)
      if (came > 0) least = P.MathMin(least, came - before)
    }
  } finally {
    session.disarm(id)
  }
  return { ns: least === Infinity ? 0 : least * NS_PER_MS, bytes: text.length }
}

module.exports = { ownNs, tick }
