// What V8 takes for a hit, now.
//
// V8 keeps an entry for each hit in a table whose hashes are all the same, until the next collection
// of all garbage, and looks through it once more for each scope that a name is not found in: 4 ns more
// a hit for each hit since, and 3 for each such scope. Knows the session, no probe. Invariant: asked
// outside of hits alone, of functions that nobody else runs.

'use strict'

const { Script } = require('node:vm')
const P = require('./primordials')
const session = require('./session')

/** Hits that are measured; the least of them is taken. */
const RUNS = 4
const NS_PER_MS = 1e6
const NAME = 'stillframe:price'

/**
 * As most hits are: in a block of a function, with a global name and one of the function around it.
 * V8's entries lie in two places of the table: of functions in one that has a context, and of
 * others.
 */
const NESTED = `(function (kept) {
  return (one) => {
    for (let at = 0; at < one; at++) {
      kept = at
    }
  }
})()`
const PLAIN = NESTED.replace('kept = at', 'one = at')
const LINE = 3
const CONDITION = '(__stillframe.unset,one,false)'

const runInThisContext = P.uncurry(Script.prototype.runInThisContext)
const shapes = [NESTED, PLAIN].map((text, at) => {
  const filename = NAME + at
  const run = runInThisContext(new Script(text, { filename }))
  // The least is what a hit ever took.
  return { filename, run, least: Infinity }
})
let isArmed = false

/** The session began, or had begun. */
function begin () {
  if (isArmed) return
  for (const { filename } of shapes) session.armByUrl(filename, LINE, CONDITION)
  isArmed = true
  surplus()
}

function end () {
  isArmed = false
}

/** Nanoseconds that a hit takes more than it once did. Takes some 0.4 ms. */
function surplus () {
  return isArmed ? P.MathMax(surplusOf(shapes[0]), surplusOf(shapes[1])) : 0
}

function surplusOf (shape) {
  let took = Infinity
  for (let run = 0; run < RUNS; run++) {
    const before = P.Now()
    shape.run(1)
    took = P.MathMin(took, P.Now() - before)
  }
  shape.least = P.MathMin(shape.least, took)
  return (took - shape.least) * NS_PER_MS
}

module.exports = { begin, end, surplus }
