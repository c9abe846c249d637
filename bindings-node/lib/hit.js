// What the condition of a breakpoint calls: one hit of one site.
//
// Runs on the application's thread, inside a method of the application. Invariants: nothing here
// throws or runs code of the application; a hit that comes while another is looked at is counted
// and nothing else; the answer is never true.

'use strict'

const P = require('./primordials')
const { Capture } = require('./capture')
const calibration = require('./calibration')
const checks = require('./checks')
const conditions = require('./conditions')
const passages = require('./passages')
const { UNSET } = require('./reads')
const { isMade } = require('./session')
const { framesOf, prepare: prepareStack } = require('./stack')
const { readTrace } = require('./trace')
const values = require('./values')

/** Bytes that a capture may take. */
const SCRATCH_BYTES = 64 * 1024
/** Where a variable is found that cannot be read yet; below are those that are read late. */
const NOWHERE = -1
/** The stream's numbers of why a variable has no value: not set yet, or not passed by a check. */
const REASON_UNSET = 1
const REASON_UNREADABLE = 6

/** `this` of a plain call in sloppy code. */
const GLOBAL = globalThis

/** A place at which nothing is timed. */
const NOTHING = { ends: [], begins: [] }

const scratch = new Uint8Array(SCRATCH_BYTES)
/** By number: what is known of a place. */
const places = new Map()
/** How many conditions were decided by their function, and how many by the core's machine. */
const decided = { byFunction: 0, byMachine: 0 }

let native = null
let capture = null
let isInside = false

/** What V8 calls by the global name: a place, and the values that its sites need. */
function hit (number, ...read) {
  const place = P.MapGet(places, number)
  if (place === undefined) return
  const { sites } = place
  for (let at = 0; at < sites.length; at++) hitOne(sites[at], place, read)
}

/** The same at a place at which something is timed: what it ends, its sites, and what it begins. */
function pass (number, depth, parameters, read) {
  const now = P.Now()
  const place = P.MapGet(places, number)
  if (place === undefined) return
  const { sites, ends, begins } = place
  passed(now, depth, parameters, read, place, ends)
  for (let at = 0; at < sites.length; at++) hitOne(sites[at], place, read)
  passed(now, depth, parameters, read, place, begins)
}

function passed (now, depth, parameters, read, place, edges) {
  if (isInside) {
    lostBegins(edges)
    return
  }
  isInside = true
  try {
    passages.passed(now, depth, parameters, edges, (site) => isHeld(site, place, read))
  } catch {
    lostBegins(edges)
  } finally {
    isInside = false
  }
}

function lostBegins (edges) {
  for (let at = 0; at < edges.length; at++) {
    if (edges[at].edge >= passages.BEGIN) lost(edges[at].site.number)
  }
}

/** Whether what a site times is to be measured; what its condition says otherwise is counted. */
function isHeld (site, place, read) {
  const verdict = site.test === null ? conditions.UNDECIDED : conditions.decide(site.test, read)
  if (verdict === conditions.FALSE) native.wasFalse(site.number)
  if (verdict !== conditions.UNDECIDED || !site.isConditional) return verdict !== conditions.FALSE
  try {
    values.begin(read, place.unset)
    return native.test(site.number)
  } finally {
    values.end()
  }
}

/** What the function of a check calls, `until`, with where it is. */
function hitByCheck (number, read, until, line, column) {
  const place = P.MapGet(places, number)
  if (place === undefined) return
  const { sites } = place
  const here = [line, column]
  for (let at = 0; at < sites.length; at++) hitOne(sites[at], place, read, until, here)
}

/** A check also tells who calls us, `until`, and where it is. */
function hitOne (site, place, read, until = null, here = null) {
  if (isInside) {
    lost(site.number)
    return
  }
  isInside = true
  try {
    if (site.test === null) {
      take(site, place, read, !site.isConditional, until, here)
    } else {
      const verdict = conditions.decide(site.test, read)
      if (verdict === conditions.FALSE) wasFalse(site, here)
      else take(site, place, read, verdict === conditions.HOLDS, until, here)
      decided.byFunction += verdict === conditions.UNDECIDED ? 0 : 1
    }
  } catch {
    // Too little stack, or a defect of ours: the application goes on.
    lost(site.number)
  } finally {
    isInside = false
  }
}

/** Counts a false condition; at a check only if that was asked. */
function wasFalse (site, here) {
  if (here === null || !site.isUncounted) native.wasFalse(site.number)
}

/** Counts a hit of a check that nothing came of. */
function lostByCheck (number) {
  try {
    const { sites } = P.MapGet(places, number)
    for (let at = 0; at < sites.length; at++) lost(sites[at].number)
  } catch {
    // There is not stack enough for that either.
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

/** Takes what is to be captured, unless the core says that it is not. */
function take (site, place, read, holds, until, here) {
  const opened = holds && !site.isRead ? open(site) : asked(site, place, read, holds)
  // On a thread that is being ended it is neither, and what was opened is seen to at its end.
  if (opened !== null && opened !== undefined) write(site, place, opened, read, until, here)
}

/** What is to be captured, where the core's machine asks for values: for the condition too. */
function asked (site, place, read, holds) {
  try {
    values.begin(read, place.unset, place.privates)
    if (!holds) {
      decided.byMachine++
      if (!native.test(site.number)) return null
    }
    return open(site)
  } finally {
    values.end()
  }
}

/** Begins what is to be captured, if anything is. */
function open (site) {
  if (site.isTraced) readTrace()
  return native.open(site.number)
}

/** Writes a capture: `opened` is its buffer, the bytes for it, names and objects it has so far. */
function write (site, place, opened, read, until, here) {
  let length = 0
  try {
    const { limits } = site
    const { locals } = place
    const late = place.late === NOWHERE ? null : read[place.late]()
    capture.begin(limits, opened[2], opened[3], opened[1], P.Now() + limits.deadlineMs)
    framesOf(until ?? place.called, limits.frames, capture, isMade(), here)
    if (place.fieldsAt !== NOWHERE) capture.privates(place.fields, late[place.fieldsAt], UNSET)
    for (let at = 0; at < locals.length; at++) {
      const { name, from } = locals[at]
      if (from === null) {
        capture.missing(name, REASON_UNREADABLE)
        continue
      }
      const value = from >= 0 ? read[from] : from === NOWHERE ? UNSET : late[NOWHERE - 1 - from]
      if (value === UNSET) capture.missing(name, REASON_UNSET)
      else if (at > 0 || name !== 'this' || isWorthy(value)) capture.local(name, value)
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
hit.pass = pass
hit.tick = calibration.tick
hit.work = work

/** Puts the function where conditions find it. */
function prepare (library) {
  native = library
  capture = new Capture(scratch, native.isRedacted)
  conditions.prepare(native.isRedacted)
  rehearse()
  passages.prepare(library)
  hit.depth ??= library.depth
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

/** From now on this is known of a place. */
function learn (number, json) {
  prepareStack()
  const place = JSON.parse(json)
  place.privates = new Map(place.privates)
  place.sites = place.sites.map(siteOf)
  place.ends = place.ends.map(edgeOf)
  place.begins = place.begins.map(edgeOf)
  place.called = place.ends.length + place.begins.length > 0 ? pass : hit
  forgetTimed(number, place)
  P.MapSet(places, number, place)
}

/** What is timed is known from the first of its places on that is told. */
function edgeOf ({ site, edge, isOnStack, bytes }) {
  if (!passages.isKnown(site.number)) {
    passages.learn(site.number, isOnStack, calibration.ownNs(bytes))
  }
  return { site: siteOf(site), edge }
}

/** Forgets what was timed at a place and is no more. */
function forgetTimed (number, { ends, begins }) {
  const before = P.MapGet(places, number)
  if (before === undefined) return
  const now = [...ends, ...begins].map(({ site }) => site.number)
  for (const { site } of [...before.ends, ...before.begins]) {
    if (!now.includes(site.number)) passages.forget(site.number)
  }
}

function siteOf (site) {
  return {
    number: site.number,
    isConditional: site.isConditional,
    isRead: site.isRead,
    isTraced: site.isTraced,
    isUncounted: site.isUncounted,
    test: site.test === null ? null : conditions.compile(site.test),
    limits: limitsOf(site.limits)
  }
}

/** Has the checks of a function call what `text` says, at these places; nothing, if it is empty. */
function check (number, text, numbers) {
  const all = numbers.map((one) => P.MapGet(places, one))
  checks.check(number, text, all, numbers, hitByCheck, lostByCheck)
}

function limitsOf (limits) {
  return {
    depth: limits.depth,
    items: limits.items,
    fields: limits.fields,
    stringBytes: limits.string_bytes,
    watchStringBytes: Math.max(limits.string_bytes, 1024),
    frames: limits.frames,
    deadlineMs: limits.deadline_ns / 1e6
  }
}

function forget (number) {
  forgetTimed(number, NOTHING)
  P.MapDelete(places, number)
}

/** Nothing is known of any place any more. */
function forgetAll () {
  for (const number of places.keys()) forgetTimed(number, NOTHING)
  P.MapClear(places)
}

/** Does what waits for this thread, which is within JavaScript of the application (`reach.js`). */
function work () {
  if (!isInside) native.runTasks(false)
}

/** Whether a hit is being looked at: then no breakpoint may come or go. */
function isUnderWay () {
  return isInside
}

module.exports = { prepare, learn, forget, forgetAll, check, isUnderWay, scratch, decided }
