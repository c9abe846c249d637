// The stack of a hit, as V8 tells it in structured form.
//
// Invariants: what the application set in `Error.prepareStackTrace` neither runs nor is changed; where
// it cannot be set aside (`--frozen-intrinsics`), a context of ours takes the stack. Of what the
// application can patch, nothing is called.

'use strict'

const { Script, createContext } = require('node:vm')
const P = require('./primordials')

/** Frames of ours between the hit and the probed one: the condition. */
const OURS = 1
/** Frames behind those named that are looked at, to say that there are more: each takes 0.3 µs. */
const COUNTED = 1

/** The function that asks an `Error` of a context of ours. */
const OF_OURS = `'use strict'
const { captureStackTrace } = Error
Error.prepareStackTrace = (_, sites) => sites;
(until, most) => {
  const holder = { __proto__: null }
  Error.stackTraceLimit = most
  if (until === null) captureStackTrace(holder)
  else captureStackTrace(holder, until)
  return holder.stack
}`

const runIn = P.uncurry(Script.prototype.runInContext)

/** What takes stacks where ours cannot be set in the application's `Error`; null while it can. */
let traceAside = null
prepare()

/** V8's own questions to a frame, taken before anybody could patch them. */
const Site = callSites()

function callSites () {
  const site = Object.getPrototypeOf(trace(null, 1)[0])
  const uncurry = (name) => Function.prototype.call.bind(site[name])
  return {
    __proto__: null,
    file: uncurry('getFileName'),
    function: uncurry('getFunctionName'),
    line: uncurry('getLineNumber'),
    column: uncurry('getColumnNumber')
  }
}

/** Makes a context if there has to be one, which is nothing for a hit to do. */
function prepare () {
  if (traceAside !== null || canSetAside()) return
  traceAside = runIn(new Script(OF_OURS, { filename: '' }), createContext())
}

/**
 * Writes frames behind `until`, at most so many, to a capture, with columns if they tell more. A
 * check lies before the line that it is of: then `here` is line and column of the first, and no
 * frame is ours.
 */
function framesOf (until, most, capture, hasColumns = false, here = null) {
  if (most === 0) return
  const ours = here === null ? OURS : 0
  const sites = trace(until, most + COUNTED + ours)
  if (sites === null) return
  const named = P.MathMin(most, sites.length - ours)
  for (let at = ours; at < named + ours; at++) {
    const site = sites[at]
    const isHere = here !== null && at === 0
    const line = isHere ? here[0] : Site.line(site) ?? 0
    const column = isHere ? here[1] : Site.column(site) ?? 0
    capture.frame(fileOf(site), functionOf(site), line, hasColumns ? column : 0)
  }
  const more = sites.length - ours - named
  if (more > 0) capture.moreFrames(more, more >= COUNTED)
}

/** Frames behind a function, or all; null if `Error` was frozen since the last probe came. */
function trace (until, most) {
  const prepare = P.ObjectDescriptor(P.Error, 'prepareStackTrace')
  const limit = P.ObjectDescriptor(P.Error, 'stackTraceLimit')
  if (!isPlain(prepare) || !isPlain(limit)) return traceAside?.(until, most) ?? null
  const holder = { __proto__: null }
  try {
    P.ObjectDefineProperty(P.Error, 'stackTraceLimit', plain(most))
    P.ObjectDefineProperty(P.Error, 'prepareStackTrace', plain(sitesOf))
    if (until === null) P.ErrorCaptureStackTrace(holder)
    else P.ErrorCaptureStackTrace(holder, until)
    const sites = holder.stack
    return P.ArrayIsArray(sites) ? sites : null
  } finally {
    restore('prepareStackTrace', prepare)
    restore('stackTraceLimit', limit)
  }
}

function sitesOf (_, sites) {
  return sites
}

/** Whether what the application may have set in `Error` can be set aside. */
function canSetAside () {
  const prepare = P.ObjectDescriptor(P.Error, 'prepareStackTrace')
  return isPlain(prepare) && isPlain(P.ObjectDescriptor(P.Error, 'stackTraceLimit'))
}

/** Whether a property can be set aside and put back. */
function isPlain (descriptor) {
  if (descriptor === undefined) return true
  return P.ObjectHasOwn(descriptor, 'value') && descriptor.writable && descriptor.configurable
}

function plain (value) {
  return { __proto__: null, value, writable: true, enumerable: true, configurable: true }
}

function restore (name, descriptor) {
  if (descriptor === undefined) P.ReflectDeleteProperty(P.Error, name)
  else P.ObjectDefineProperty(P.Error, name, plain(descriptor.value))
}

function fileOf (site) {
  const file = Site.file(site) ?? ''
  return P.StringStartsWith(file, 'file://') ? P.DecodeURI(P.StringSlice(file, 7)) : file
}

function functionOf (site) {
  return Site.function(site) || '(anonymous)'
}

module.exports = { framesOf, prepare }
