'use strict'

// Captures every case of a file of vectors with the Node.js binding's own writer, in a plain Node.
//
//     node vectors.js CASES.json HEADER.json FOLDER
//
// Writes FOLDER/0.stream, … or FOLDER/0.skip with the reason where JavaScript has no such value.
// Values are described as tests/conformance/README.md says.

const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { Capture } = require('../../bindings-node/lib/capture')
const { before } = require('./head')

const REASONS = {
  unset: 1, absent: 2, needs_code: 3, not_loaded: 4, redacted: 5, unreadable: 6, out_of_fuel: 11
}
const FLOATS = { nan: NaN, inf: Infinity, '-inf': -Infinity }
const LIMITS = { depth: 3, items: 100, fields: 50, string_bytes: 256, snapshot_bytes: 64 << 10 }
const WATCH_STRING_BYTES = 2_048
/** Names of the list that the cases use; the reader judges by the whole of it. */
const SECRETS = new Set(['password', 'secret', 'api_key', 'authorization'])
/** Whole numbers that JSON.parse would round. */
const LONG = /(?<=[[:,] *)-?\d{16,}(?=[,\]}])/g

/** The case cannot be said in JavaScript. */
class Inexpressible extends Error {}

const no = (reason) => {
  throw new Inexpressible(reason)
}

class Missing {
  constructor(reason) {
    this.reason = reason
  }
}

/** The values of one case. */
class Values {
  labels = new Map()
  classes = new Map()

  value(json) {
    if (json === null || typeof json !== 'object') return json
    if ('undefined' in json) return undefined
    if ('missing' in json) return new Missing(json.missing)
    if ('int' in json) return BigInt(json.int)
    if ('float' in json) return FLOATS[json.float] ?? Number(json.float)
    if ('float32' in json) return no('JavaScript has no numbers in 32 bits')
    if ('bytes' in json) return Buffer.from(json.bytes.repeat(json.times ?? 1), 'hex')
    if ('text' in json) return this.text(json)
    if ('units' in json) return String.fromCharCode(...json.units)
    if ('same' in json) return this.labels.get(json.same)
    return this.object(json)
  }

  text({ text, times = 1, as = 'utf8' }) {
    const isWide = /[^\0-\x7f]/.test(text)
    if (times > 1 && isWide && as.startsWith('utf') && as !== 'utf16') {
      no('JavaScript stores no strings as UTF-8 or UTF-32')
    }
    return text.repeat(times)
  }

  /** A class of a name, or the base itself where the case names none. */
  class(name, base) {
    if (name === undefined) return base
    if (!this.classes.has(name)) this.classes.set(name, { [name]: class extends base {} }[name])
    return this.classes.get(name)
  }

  object(json) {
    if ('len' in json) no('a collection of JavaScript knows its length')
    const object = this.made(json)
    if (json.label !== undefined) this.labels.set(json.label, object)
    for (const item of this.items(json)) this.add(object, item)
    for (const [key, value] of json.entries ?? []) object.set(this.child(key), this.child(value))
    for (const [name, value] of json.fields ?? []) this.field(object, name, value)
    return object
  }

  made({ kind, type, underlying, items, fields }) {
    switch (kind) {
      case 'list': return new (this.class(type, Array))()
      case 'map': return new (this.class(type, Map))()
      case 'set': return new (this.class(type, Set))()
      case 'instance':
        if (items !== undefined) no(`JavaScript writes a ${type} in another way`)
        return new (this.class(type ?? 'Thing', Object))()
      case 'text':
        if (fields !== undefined) no('a String object has no fields that are looked for')
        return new (this.class(type, String))(underlying)
      case 'bytes': return new (this.class(type, Uint8ClampedArray))(this.value(underlying))
      case 'number':
        if (underlying === undefined) no('an object of JavaScript that is a number can be read')
        return new (this.class(type, Number))(this.value(underlying))
      case 'class': case 'function': return no(`a ${kind} of JavaScript says its name in its type`)
      default: return no(`JavaScript has no objects of kind ${kind}`)
    }
  }

  * items({ kind, items = [], range = 0 }) {
    if (kind === 'list' || kind === 'set') yield * items
    for (let item = 0; item < range; item++) yield item
  }

  add(object, item) {
    const value = this.child(item)
    if (object instanceof Set) object.add(value)
    else object.push(value)
  }

  field(object, name, json) {
    const value = this.value(json)
    if (!(value instanceof Missing)) {
      Object.defineProperty(object, name, { value, enumerable: true })
    } else if (value.reason === 'needs_code') {
      Object.defineProperty(object, name, { get: () => no('code ran'), enumerable: true })
    } else {
      no('a field of JavaScript is there or is not')
    }
  }

  child(json) {
    const value = this.value(json)
    return value instanceof Missing ? no('an element of JavaScript is there or is not') : value
  }
}

const memory = new Uint8Array(64 << 10)
const capture = new Capture(memory, (name) => SECRETS.has(name.toLowerCase()))

function stream(header, { locals, limits }) {
  const values = new Values()
  const all = locals.map(([name, json]) => [name, values.value(json)])
  const { string_bytes: stringBytes, snapshot_bytes: bytes, ...most } = { ...LIMITS, ...limits }
  const head = before(header)
  const watchStringBytes = Math.max(stringBytes, WATCH_STRING_BYTES)
  capture.begin({ ...most, stringBytes, watchStringBytes }, 0, 0, bytes - head.length, Infinity)
  capture.frame(header.file, header.function, header.line)
  for (const [name, value] of all) {
    if (value instanceof Missing) capture.missing(name, REASONS[value.reason])
    else capture.local(name, value)
  }
  return Buffer.concat([head, memory.subarray(0, capture.finish())])
}

const [cases, headers, folder] = process.argv.slice(2)
const { header } = JSON.parse(readFileSync(headers, 'utf8'))
const exact = (digits) => BigInt(Number(digits)) === BigInt(digits) && Math.abs(digits) <= 2 ** 53
const long = (digits) => exact(digits) ? digits : `{"int": "${digits}"}`
const text = readFileSync(cases, 'utf8').replace(LONG, long)
JSON.parse(text).cases.forEach((one, index) => {
  try {
    writeFileSync(join(folder, `${index}.stream`), stream(header, one))
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error
    writeFileSync(join(folder, `${index}.skip`), error.message)
  }
})
