// Functions of the application that are called with what was captured.
//
// Knows functions by numbers, not what is captured. Invariants: they are called outside of hits alone,
// by the event loop or by who waits for them, in the order in which results came; what one throws is
// the application's own and comes up as such, and the others are called all the same.

'use strict'

/** Results that are handed over before the event loop goes on. */
const MOST = 1_000

const receivers = new Map()
let latest = 0

/** The number of a function; null of none. */
function add (receive) {
  if (typeof receive !== 'function') return null
  latest++
  receivers.set(latest, receive)
  return latest
}

/** Calls the functions of this thread with all that waits for them. */
function deliver (native) {
  for (let count = 0; count < MOST; count++) {
    const told = native.nextResult()
    if (told === null) return
    if (typeof told.json === 'string') call(receivers.get(told.receiver), told.json)
    else receivers.delete(told.receiver)
  }
  setImmediate(deliver, native).unref()
}

function call (receive, json) {
  try {
    receive(JSON.parse(json))
  } catch (error) {
    process.nextTick(() => { throw error })
  }
}

module.exports = { add, deliver }
