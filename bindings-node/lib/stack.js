// The stack of a hit, as V8 tells it in structured form.
//
// Invariants: what the application set in `Error.prepareStackTrace` neither runs nor is changed; where
// it cannot be set aside, no stack is taken.

'use strict'

const { captureStackTrace } = Error
const describe = Object.getOwnPropertyDescriptor
const define = Object.defineProperty

/** Frames of ours between the hit and the probed one: the condition, and a function in it. */
const OURS = 2
/** Frames that are counted behind those named. */
const COUNTED = 64

/** Writes frames behind `until`, at most so many, to a capture. */
function framesOf (until, most, capture) {
  if (most === 0) return
  const sites = trace(until, most + COUNTED + OURS)
  if (sites === null) return
  const frames = sites.slice(OURS)
  const named = Math.min(most, frames.length)
  for (let at = 0; at < named; at++) {
    const site = frames[at]
    capture.frame(fileOf(site), functionOf(site), site.getLineNumber() ?? 0)
  }
  const more = frames.length - named
  if (more > 0) capture.moreFrames(more, more >= COUNTED)
}

/** Frames behind a function; null where they are not to be had. */
function trace (until, most) {
  const own = describe(Error, 'prepareStackTrace')
  const limit = describe(Error, 'stackTraceLimit')
  const isPlain = (of) => of === undefined || ('value' in of && of.writable && of.configurable)
  if (!isPlain(own) || !isPlain(limit)) return null
  const holder = {}
  try {
    define(Error, 'stackTraceLimit', plain(most))
    define(Error, 'prepareStackTrace', plain((_, sites) => sites))
    captureStackTrace(holder, until)
    const { stack } = holder
    return Array.isArray(stack) ? stack : null
  } finally {
    restore('prepareStackTrace', own)
    restore('stackTraceLimit', limit)
  }
}

function plain (value) {
  return { value, writable: true, enumerable: true, configurable: true }
}

function restore (name, descriptor) {
  if (descriptor === undefined) delete Error[name]
  else define(Error, name, descriptor)
}

function fileOf (site) {
  const file = site.getFileName() ?? ''
  return file.startsWith('file://') ? decodeURI(file.slice(7)) : file
}

function functionOf (site) {
  const name = site.getFunctionName()
  if (name !== null && name !== '') return name
  return site.isToplevel() && site.getThis() === undefined ? '<module>' : '(anonymous)'
}

module.exports = { framesOf }
