// What the condition of a breakpoint calls: one hit of one site.
//
// Runs on the application's thread, inside a method of the application. Invariants: nothing here
// throws or runs code of the application; a hit that comes while another is looked at is counted
// and nothing else; the answer is never true.

'use strict'

const P = require('./primordials')
const { Capture } = require('./capture')
const { isMade } = require('./session')
const { framesOf } = require('./stack')
const { readTrace } = require('./trace')
const values = require('./values')

/** Bytes that a capture may take. */
const SCRATCH_BYTES = 64 * 1024
/** The first of the arguments that is a site. */
const SITES_AT = 2
/** What stands for a variable that cannot be read yet. */
const UNSET = Symbol('unset')
/** The stream's number of that reason. */
const REASON_UNSET = 1

/** `this` of a plain call in sloppy code. */
const GLOBAL = globalThis

const scratch = new Uint8Array(SCRATCH_BYTES)
/** By site: names of its variables, and limits. */
const plans = new Map()

let native = null
let capture = null
let isInside = false

/**
 * What V8 calls by the global name: functions that read the variables of a place and what is named
 * there, and behind them its sites.
 */
function hit (read, names) {
  for (let at = SITES_AT; at < arguments.length; at++) hitOne(arguments[at], read, names)
}

function hitOne (site, read, names) {
  if (isInside) {
    lost(site)
    return
  }
  isInside = true
  try {
    const plan = P.MapGet(plans, site)
    if (plan === undefined) return
    const opened = plan.isRead ? asked(site, plan, names) : open(site, plan)
    if (opened !== null) write(plan, opened, read)
  } catch {
    // Too little stack, or a defect of ours: the application goes on.
    lost(site)
  } finally {
    isInside = false
  }
}

/** Counts a hit that nothing came of. */
function lost (site) {
  try {
    native.missed(site)
  } catch {
    // There is not stack enough for that either.
  }
}

/** What is to be captured, if the core's machine, which asks for values, says so. */
function asked (site, plan, names) {
  try {
    values.begin(names(), UNSET)
    return plan.isConditional && !native.test(site) ? null : open(site, plan)
  } finally {
    values.end()
  }
}

/** Begins what is to be captured, if anything is. */
function open (site, plan) {
  if (plan.isTraced) readTrace()
  return native.open(site)
}

/** Writes a capture: `opened` is its buffer, the bytes for it, names and objects it has so far. */
function write (plan, opened, read) {
  let length = 0
  try {
    const variables = read()
    const { limits } = plan
    capture.begin(limits, opened[2], opened[3], opened[1], P.Now() + limits.deadlineMs)
    framesOf(hit, limits.frames, capture, isMade())
    for (let at = 0; at < variables.length; at++) {
      const value = variables[at]
      if (value === UNSET) capture.missing(plan.names[at], REASON_UNSET)
      else if (at > 0 || plan.names[at] !== 'this' || isWorthy(value)) {
        capture.local(plan.names[at], value)
      }
    }
    length = capture.finish()
  } catch {
    // Handed back empty, it is counted as missed, once.
    length = 0
  } finally {
    native.publish(opened[0], length)
  }
}

/** Whether a `this` says anything: that of a plain call does not. */
function isWorthy (value) {
  return value !== undefined && value !== GLOBAL
}

hit.unset = UNSET

/** Puts the function where conditions find it. */
function prepare (library) {
  native = library
  capture = new Capture(scratch, native.isRedacted)
  rehearse()
  if (!Object.hasOwn(globalThis, '__stillframe')) {
    const value = Object.freeze(hit)
    Object.defineProperty(globalThis, '__stillframe', { value })
  }
}

/** What is captured to have V8 compile what captures need, before the application waits for it. */
const SAMPLES = [
  1, 0.5, 'text', true, null, undefined, 1n, [1, 'a'], { a: { b: [{}] } }, new Map([['k', 1]]),
  new Set([1]), new Date(0), new Error('e'), Buffer.from('b'), Symbol('s'), () => {}, /x/
]
const REHEARSALS = 3
const REHEARSED = { depth: 3, items: 10, fields: 10, stringBytes: 256, watchStringBytes: 1024 }

/** Captures samples into the scratch memory, which nobody reads then. */
function rehearse () {
  for (let turn = 0; turn < REHEARSALS; turn++) {
    capture.begin(REHEARSED, 0, 0, SCRATCH_BYTES, Infinity)
    framesOf(rehearse, 2, capture)
    for (let at = 0; at < SAMPLES.length; at++) capture.local('sample', SAMPLES[at])
    capture.finish()
  }
}

/** From now on the site has this plan. */
function learn (site, json) {
  const { names, limits, isConditional, isRead, isTraced } = JSON.parse(json)
  P.MapSet(plans, site, {
    names,
    isConditional,
    isRead,
    isTraced,
    limits: {
      depth: limits.depth,
      items: limits.items,
      fields: limits.fields,
      stringBytes: limits.string_bytes,
      watchStringBytes: Math.max(limits.string_bytes, 1024),
      frames: limits.frames,
      deadlineMs: limits.deadline_ns / 1e6
    }
  })
}

function forget (site) {
  P.MapDelete(plans, site)
}

/** Whether a hit is being looked at: then no breakpoint may come or go. */
function isUnderWay () {
  return isInside
}

module.exports = { prepare, learn, forget, isUnderWay, scratch }
