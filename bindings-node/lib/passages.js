// Passages through timed code: when each began, and which of them a hit ends.
//
// Runs on the application's thread, inside a condition of a breakpoint. Knows frames by where they lie
// on the stack, or by their parameters; neither quotas nor counters. Invariants: what is measured was
// seen from its begin to its end; what cannot be told from another passage is lost, not guessed; no
// object of the application is kept alive.

'use strict'

const P = require('./primordials')
const price = require('./price')

/** What a place means to a passage, as in `src/locate/passages.rs`; 0 is its end. */
const RAISE = 1
const FORGET = 2
const LEAVE = 3
const THROW = 4
const BEGIN = 5

/**
 * Bytes by which two places of one frame may seem apart; frames of one function are 80 bytes apart
 * at least, which is what V8 puts around the least of them.
 */
const SAME_FRAME_BYTES = 48
/** Passages of one site that are remembered at once. */
const MOST_OPEN = 64
/** Milliseconds after which a passage whose like is there again is taken for one that is over. */
const FORGOTTEN_MS = 60_000
const NS_PER_MS = 1e6

/** Milliseconds between two looks for passages that an exception has ended. */
const LOOK_MS = 500

/** By site: what is under way. */
const timed = new Map()

let native = null
let timer = null
/** What V8 takes for a hit more than when its own part was measured, in nanoseconds. */
let surplusNs = 0

/** `library` counts. */
function prepare (library) {
  native = library
}

/** From now on the site is timed: by the stack or not; V8's own part of a hit, in nanoseconds. */
function learn (site, isOnStack, ownNs) {
  P.MapSet(timed, site, { site, isOnStack, ownNs, count: 0, open: new Array(MOST_OPEN).fill(null) })
  if (timer !== null) return
  timer = P.SetInterval(look, LOOK_MS)
  timer.unref()
}

function isKnown (site) {
  return P.MapHas(timed, site)
}

function forget (site) {
  if (!P.MapDelete(timed, site) || P.MapSize(timed) > 0) return
  P.ClearInterval(timer)
  timer = null
}

/** The event loop turns: whatever lay on the stack is over. A timer of ours throws nothing. */
function look () {
  try {
    surplusNs = price.surplus()
    const all = P.MapEntries(timed)
    for (let next = P.MapNext(all); !next.done; next = P.MapNext(all)) settleAll(next.value[1])
  } catch {
    // Looked at again with the next turn.
  }
}

function settleAll (one) {
  if (!one.isOnStack) return
  while (one.count > 0) settle(one, take(one, one.count - 1))
}

/**
 * A hit of a place at `now`: where its frame lies, a reader of its parameters, sites and what the
 * place means to them, and what says whether a site's condition holds.
 */
function passed (now, depth, parameters, edges, isHeld) {
  for (let at = 0; at < edges.length; at++) {
    const { site, edge } = edges[at]
    const one = P.MapGet(timed, site.number)
    if (one === undefined) continue
    const known = one.isOnStack ? onStack(one, depth) : alike(one, parameters())
    step(one, known, edge, now, { depth, parameters, isMeasured: () => isMeasured(site, isHeld) })
  }
}

/** Whether a passage that begins is to be measured. */
function isMeasured (site, isHeld) {
  return isHeld(site) && native.begin(site.number)
}

/** `known` is the number of the frame's passage, -1 if none is under way. */
function step (one, known, edge, now, place) {
  if (edge >= BEGIN) {
    if (known < 0 || edge === BEGIN) begin(one, known, now, place)
    else one.open[known].left = -1
  } else if (known >= 0) {
    if (edge === LEAVE || edge === THROW) leave(one.open[known], edge, now)
    else end(one, known, edge, now)
  }
}

/** The passage of the frame at `depth`; those of frames below it are over. */
function onStack (one, depth) {
  for (let at = one.count - 1; at >= 0; at--) {
    const apart = one.open[at].depth - depth
    if (apart > SAME_FRAME_BYTES) return -1
    if (apart >= -SAME_FRAME_BYTES) return at
    settle(one, take(one, at))
  }
  return -1
}

/** The passage with these parameters. */
function alike (one, parameters) {
  for (let at = 0; at < one.count; at++) {
    if (isAlike(one.open[at].parameters, parameters)) return at
  }
  return -1
}

function isAlike (kept, parameters) {
  for (let at = 0; at < kept.length; at++) {
    const value = isObject(kept[at]) ? P.WeakRefDeref(kept[at]) : kept[at]
    if (!P.ObjectIs(value, parameters[at])) return false
  }
  return true
}

function isObject (value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** The same values, none of which is kept alive. */
function kept (parameters) {
  for (let at = 0; at < parameters.length; at++) {
    if (isObject(parameters[at])) parameters[at] = new P.WeakRef(parameters[at])
  }
  return parameters
}

function begin (one, known, now, { depth, parameters, isMeasured }) {
  if (known >= 0) {
    const other = one.open[known]
    if (!one.isOnStack && now - other.latest < FORGOTTEN_MS) {
      crowd(one, other, now, isMeasured)
      return
    }
    settle(one, take(one, known))
  }
  if (one.count === MOST_OPEN) settle(one, take(one, 0))
  const frame = {
    depth,
    parameters: one.isOnStack ? null : kept(parameters()),
    // One that is not measured is remembered all the same: its begin may be reached again from within.
    isMeasured: isMeasured(),
    latest: now,
    others: 0,
    left: -1,
    isRaised: false,
    began: 0
  }
  one.open[one.count] = frame
  one.count++
  frame.began = P.Now()
}

/** One begins that cannot be told from another: which of them ends first nobody knows. */
function crowd (one, other, now, isMeasured) {
  other.latest = now
  other.others++
  if (other.isMeasured) native.lose(one.site)
  other.isMeasured = false
  if (isMeasured()) native.lose(one.site)
}

function leave (frame, edge, now) {
  frame.left = now
  frame.isRaised = edge === THROW
}

function end (one, known, edge, now) {
  if (one.open[known].others > 0) {
    one.open[known].others--
    return
  }
  const frame = take(one, known)
  if (edge !== FORGET) {
    frame.left = now
    frame.isRaised = edge === RAISE
  }
  settle(one, frame)
}

/** Takes a passage out of those under way; their order stays. */
function take (one, at) {
  const frame = one.open[at]
  one.count--
  for (let next = at; next < one.count; next++) one.open[next] = one.open[next + 1]
  one.open[one.count] = null
  return frame
}

/** A passage is over: it is measured if it is known when it was left. */
function settle (one, frame) {
  if (!frame.isMeasured) return
  if (frame.left < 0) {
    native.lose(one.site)
    return
  }
  const ns = (frame.left - frame.began) * NS_PER_MS - one.ownNs - surplusNs
  native.end(one.site, ns > 0 ? ns : 0, frame.isRaised, !one.isOnStack)
}

module.exports = { prepare, learn, isKnown, forget, passed, BEGIN }
