// OpenTelemetry's trace id, where a hit is within a trace.
//
// Knows how `@opentelemetry/api` and its context manager by `AsyncLocalStorage` keep what is active,
// as plain data. Invariants: nothing of theirs is called, no accessor runs and no proxy is asked;
// where anything is not as it is known, there is no trace id.

'use strict'

const P = require('./primordials')

/** Where all versions 1 of the API keep what was registered. */
const API = Symbol.for('opentelemetry.js.api.1')
/** Under which the API has the span in a context. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN')
/** Hexadecimal digits of an id, and of each of its words. */
const DIGITS = 32
const WORD_DIGITS = 8

/** `this` of the global scope, as the API finds it. */
const GLOBAL = globalThis
/** What an `AsyncLocalStorage` of this Node has of its own: its store is read by these alone. */
const STORAGE = new P.AsyncLocalStorage()
const STORAGE_KEYS = P.ReflectOwnKeys(STORAGE)
const STORAGE_TYPES = STORAGE_KEYS.map((key) => typeof STORAGE[key])

/** The id that was read last, as four numbers; all 0 where there is none. */
const trace = new Int32Array(DIGITS / WORD_DIGITS)

/** Reads the id into `trace`. */
function readTrace () {
  trace[0] = trace[1] = trace[2] = trace[3] = 0
  if (!P.ObjectHasOwn(GLOBAL, API)) return
  try {
    find()
  } catch {
    // What is no storage, or too little stack.
  }
}

function find () {
  const storage = data(data(data(GLOBAL, API), 'context'), '_asyncLocalStorage')
  if (!isStorage(storage)) return
  const contexts = data(P.AsyncLocalStorageStore(storage), '_currentContext')
  if (!P.isMap(contexts)) return
  write(data(data(P.MapGet(contexts, SPAN), '_spanContext'), 'traceId'))
}

/** What an object stores under a key itself; undefined where that is not data. */
function data (object, key) {
  if (typeof object !== 'object' || object === null || P.isProxy(object)) return undefined
  const descriptor = P.ObjectDescriptor(object, key)
  return isData(descriptor) ? descriptor.value : undefined
}

function isData (descriptor) {
  return descriptor !== undefined && P.ObjectHasOwn(descriptor, 'value')
}

/** Whether a storage can be read without running anything but Node's own code. */
function isStorage (value) {
  if (typeof value !== 'object' || value === null || P.isProxy(value)) return false
  for (let at = 0; at < STORAGE_KEYS.length; at++) {
    const descriptor = P.ObjectDescriptor(value, STORAGE_KEYS[at])
    // A key that is an object would be made a text, by code of its own.
    if (!isData(descriptor) || typeof descriptor.value !== STORAGE_TYPES[at]) return false
  }
  return true
}

/** Writes the digits of an id, if that is what it is. */
function write (id) {
  if (typeof id !== 'string' || id.length !== DIGITS) return
  for (let word = 0; word < trace.length; word++) {
    let bits = 0
    for (let digit = 0; digit < WORD_DIGITS; digit++) {
      const value = digitOf(P.StringCharCodeAt(id, word * WORD_DIGITS + digit))
      if (value < 0) {
        trace[0] = trace[1] = trace[2] = trace[3] = 0
        return
      }
      bits = bits << 4 | value
    }
    trace[word] = bits
  }
}

/** The value of a hexadecimal digit; -1 of anything else. */
function digitOf (unit) {
  if (unit >= 48 && unit <= 57) return unit - 48
  const lower = unit | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

module.exports = { readTrace, trace }
