// How much a condition may do before the core's machine is asked.
//
// Knows steps and bytes, no values. Invariant: at least what the machine would take of the same work is
// taken, so whatever is decided here the machine had fuel for.

'use strict'

/** What is thrown where the machine is to be asked. */
const ASK = Symbol('ask')

let fuel = 0
let room = 0

/** A condition begins: steps, and bytes of computed strings. */
function begin (steps, bytes) {
  fuel = steps
  room = bytes
}

function ask () {
  throw ASK
}

function spend (steps) {
  fuel -= steps
  if (fuel < 0) ask()
}

/** Takes room for a computed string. */
function write (bytes) {
  room -= bytes
  if (room < 0) ask()
}

module.exports = { begin, ask, spend, write }
