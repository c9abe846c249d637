// Patterns of conditions: the automata that the core made of them, walked over a text.
//
// Knows tables and texts in ASCII. Invariants: a text takes one step a unit; what a walk comes to is
// what the core's machine would; no regular expression of JavaScript runs, which would show in
// `RegExp.$1`.

'use strict'

const P = require('./primordials')
const { ask, spend } = require('./fuel')
const { written } = require('./texts')

/** Units of a text that is walked over: V8 that has not compiled us is slower than the machine. */
const MOST_UNITS = 4096
/** Units that are one step. */
const STEP = 4
const MOST_ASCII = 0x7f

/** An automaton; a store by index alone asks nobody how an array is gone through. */
function automaton (start, width, classes, next, ends, isByLines) {
  return {
    __proto__: null,
    start,
    width,
    classes: kept(classes),
    next: kept(next),
    ends: kept(ends),
    isByLines
  }
}

function kept (numbers) {
  const all = new P.Uint16Array(numbers.length)
  for (let at = 0; at < all.length; at++) all[at] = numbers[at]
  return all
}

/** Whether a pattern is found in what a value is as a string. */
function test (pattern, value) {
  const text = written(value)
  if (text.length > MOST_UNITS) ask()
  spend(text.length >> STEP)
  if (pattern.isByLines && P.StringIndexOf(text, '\r') >= 0) ask()
  const { width, classes, next } = pattern
  let state = pattern.start
  // To the end, for what stands behind a match may be something that the machine does not read.
  for (let unit = 0; unit < text.length; unit++) {
    const code = P.StringCharCodeAt(text, unit)
    if (code > MOST_ASCII) ask()
    state = next[state * width + classes[code]]
  }
  return pattern.ends[state] === 1
}

module.exports = { automaton, test }
