// The code that is measured: a function for each case, all alike, so that what is done to one
// leaves the others compiled as they are.
//
// Knows nothing of who measures. Invariants: every function but the bases has one line to be
// probed, marked PROBE and the function's name, which runs once an iteration, or never (`cold`);
// `state` is never 0, which the compiler does not know.

'use strict'

const ITEMS = Array.from({ length: 100 }, (_, at) => at)
const POINT = { x: 1, y: { z: 2 } }
const ORDER = {}
for (let at = 0; at < 20; at++) ORDER[`key${at}`] = at % 3 === 0 ? `value${at}` : at * 1.5

function base (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
  }
  return state
}

function again (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
  }
  return state
}

function condition_false (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13 // PROBE condition_false
    state ^= state >>> 17
    state ^= state << 5
  }
  return state
}

function count (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13 // PROBE count
    state ^= state >>> 17
    state ^= state << 5
  }
  return state
}

function over_quota (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13 // PROBE over_quota
    state ^= state >>> 17
    state ^= state << 5
  }
  return state
}

function log_line (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13 // PROBE log_line
    state ^= state >>> 17
    state ^= state << 5
  }
  return state
}

function watch (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13 // PROBE watch
    state ^= state >>> 17
    state ^= state << 5
  }
  return state
}

function removed (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13 // PROBE removed
    state ^= state >>> 17
    state ^= state << 5
  }
  return state
}

function cold (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
  }
  if (state === 0) {
    state = 1 // PROBE cold
  }
  return state
}

function step (state) {
  state ^= state << 13
  state ^= state >>> 17
  return state ^ (state << 5)
}

function calls (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state = step(state)
  }
  return state
}

function timed (state) { // PROBE timed
  state ^= state << 13
  state ^= state >>> 17
  return state ^ (state << 5)
}

function time_function (n, x) {
  let state = x
  for (let i = 0; i < n; i++) {
    state = timed(state)
  }
  return state
}

/** Ten locals: n x order items point name price isNew state i. */
function capture_base (n, x) {
  const order = ORDER
  const items = ITEMS
  const point = POINT
  const name = 'checkout'
  const price = 129.9
  const isNew = n > 0
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
  }
  return isNew ? state : order.key1 + items.length + point.x + name.length + price
}

/** Ten locals: n x order items point name price isNew state i. */
function condition_false_10_locals (n, x) {
  const order = ORDER
  const items = ITEMS
  const point = POINT
  const name = 'checkout'
  const price = 129.9
  const isNew = n > 0
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13 // PROBE condition_false_10_locals
    state ^= state >>> 17
    state ^= state << 5
  }
  return isNew ? state : order.key1 + items.length + point.x + name.length + price
}

/** Ten locals: n x order items point name price isNew state i. */
function capture_10_locals (n, x) {
  const order = ORDER
  const items = ITEMS
  const point = POINT
  const name = 'checkout'
  const price = 129.9
  const isNew = n > 0
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13 // PROBE capture_10_locals
    state ^= state >>> 17
    state ^= state << 5
  }
  return isNew ? state : order.key1 + items.length + point.x + name.length + price
}

/** Ten locals: n x order items point name price isNew state i. */
function capture_10_locals_stack (n, x) {
  const order = ORDER
  const items = ITEMS
  const point = POINT
  const name = 'checkout'
  const price = 129.9
  const isNew = n > 0
  let state = x
  for (let i = 0; i < n; i++) {
    state ^= state << 13 // PROBE capture_10_locals_stack
    state ^= state >>> 17
    state ^= state << 5
  }
  return isNew ? state : order.key1 + items.length + point.x + name.length + price
}

/** The values of those ten, for who writes them without a probe. */
const TEN = {
  n: 20, x: 1, order: ORDER, items: ITEMS, point: POINT, name: 'checkout', price: 129.9,
  isNew: true, state: 1, i: 0
}

module.exports = {
  TEN,
  loops: {
    base, again, condition_false, count, over_quota, log_line, watch, removed, cold, calls,
    time_function, capture_base, condition_false_10_locals, capture_10_locals,
    capture_10_locals_stack
  }
}
