// Values of a hit, as the core's machine asks for them one by one.
//
// Knows what JavaScript stores, no conditions. Primitives are handed over as they are; an object is a
// number, under which this hit knows it. Invariants: no code of the application runs: accessors and
// proxies are told as such; what was handed over is forgotten when the hit ends.

'use strict'

const P = require('./primordials')
const { Names } = require('./names')
const Reads = require('./reads')
const { Shapes } = require('./shapes')

// Whether the answer is a value, and why not: the stream's numbers of reasons.
const THERE = 0
const UNSET = 1
const GONE = 2
const CODE = 3
const UNREADABLE = 6
// What an object is: the core's numbers of kinds.
const LIST = 0
const TUPLE = 1
const MAP = 2
const SET = 3
const TEXT = 6
const INSTANCE = 9
const CLASS = 10
const FUNCTION = 11
// How a value comes back from the core.
const BACK_NULL = 1
const BACK_FALSE = 2
const BACK_TRUE = 3
const BACK_NUMBER = 4
const BACK_TEXT = 5
const BACK_OBJECT = 6
const BACK_BIGINT = 7

/** What is told besides a value: why there is none, and of an object its kind and number. */
const info = new Int32Array(4)
const numbers = new P.Map()
const shapes = new Shapes(new Names(() => false))

let slots = null
let unset = null
let privates = null
let objects = []
let entries = null
let position = 0
let latest

/**
 * A hit begins: its variables, which of them cannot be read where it is, and by private name which
 * of them is what reads it.
 */
function begin (values, isUnset, readers) {
  slots = values
  unset = isUnset
  privates = readers
}

/** It ends. */
function end () {
  slots = null
  unset = null
  privates = null
  objects = []
  entries = null
  latest = undefined
  P.MapClear(numbers)
  shapes.end()
}

function missing (reason) {
  info[0] = reason
  info[1] = -1
  return undefined
}

/** Hands a value over. */
function give (value) {
  info[0] = THERE
  info[1] = -1
  if (typeof value === 'string') {
    return value.length > Reads.MOST_UNITS ? missing(UNREADABLE) : value
  }
  const isObject = typeof value === 'object' && value !== null
  if (!isObject && typeof value !== 'function' && typeof value !== 'symbol') return value
  info[1] = kindOf(value)
  info[2] = numberOf(value)
  return undefined
}

function numberOf (object) {
  const known = P.MapGet(numbers, object)
  if (known !== undefined) return known
  const number = objects.length
  P.ObjectDefineProperty(objects, number, plain(object))
  P.MapSet(numbers, object, number)
  return number
}

function plain (value) {
  return { __proto__: null, value, writable: true, enumerable: true, configurable: true }
}

/** Twice the kind, and one more if its methods are the language's own. */
function kindOf (value) {
  if (typeof value === 'symbol') return 2 * TEXT + 1
  if (P.isProxy(value)) {
    if (typeof value === 'function') return 2 * FUNCTION
    return 2 * (P.ArrayIsArray(value) ? LIST : INSTANCE)
  }
  if (typeof value === 'function') {
    shapes.ofFunction(value)
    return 2 * (shapes.isClass ? CLASS : FUNCTION) + 1
  }
  const prototype = P.ObjectPrototypeOf(value)
  if (P.ArrayIsArray(value)) return 2 * LIST + (prototype === P.ArrayPrototype ? 1 : 0)
  if (P.TypedArrayName(value) !== undefined) return 2 * TUPLE + 1
  if (P.isMap(value)) return 2 * MAP + (prototype === P.MapPrototype ? 1 : 0)
  if (P.isSet(value)) return 2 * SET + (prototype === P.SetPrototype ? 1 : 0)
  return 2 * INSTANCE
}

/** Hands over what was read. */
function told (found) {
  if (found === Reads.ABSENT) return missing(GONE)
  return found === Reads.NEEDS_CODE ? missing(CODE) : give(found)
}

/** A variable. */
function slot (at) {
  const value = slots[at]
  return unset[at] || value === Reads.UNSET ? missing(UNSET) : give(value)
}

/** What stands behind a name written after a dot. */
function attr (number, name) {
  return name[0] === '#' ? hidden(number, name) : property(number, name)
}

/**
 * A private field or method: to read one runs no code. Of an accessor it is told that it is there.
 * Gone, if the object has none.
 */
function hidden (number, name) {
  const slot = P.MapGet(privates, name)
  if (slot === undefined) return missing(UNREADABLE)
  const object = objects[number]
  if (typeof object === 'symbol') return missing(GONE)
  const value = slots[slot](object)
  return value === Reads.UNSET ? missing(GONE) : give(value)
}

/** A property: the object's own, or one that it inherits, if it is stored. */
function property (number, name) {
  const object = objects[number]
  return told(Reads.property(typeof object === 'symbol' ? P.SymbolPrototype : object, name))
}

/** An element; a hole is absent. */
function item (number, at) {
  return told(Reads.own(objects[number], at))
}

/** A value that the core hands back. */
function back (tag, number, text) {
  switch (tag) {
    case BACK_NULL: return null
    case BACK_FALSE: return false
    case BACK_TRUE: return true
    case BACK_NUMBER: return number
    case BACK_TEXT: return text
    case BACK_OBJECT: return objects[number]
    case BACK_BIGINT: return P.BigInt(text)
    default: return undefined
  }
}

/** What a Map has under a key, whether a Set has it, or a property by its key. */
function lookup (number, tag, value, text) {
  const container = objects[number]
  const key = back(tag, value, text)
  if (P.isProxy(container)) return missing(CODE)
  if (P.isMap(container)) {
    return P.MapHas(container, key) ? give(P.MapGet(container, key)) : missing(GONE)
  }
  if (P.isSet(container)) return P.SetHas(container, key) ? give(key) : missing(GONE)
  if (tag === BACK_TEXT) return property(number, key)
  if (tag === BACK_NUMBER) return property(number, P.NumberToString(key))
  if (typeof key === 'symbol') return property(number, key)
  return missing(CODE)
}

/** The key at a position, and behind it `entryValue`; absent at the end. */
function entry (number, at) {
  const container = objects[number]
  if (at === 0 || entries === null || position !== at) {
    entries = keysOf(container)
    position = 0
    while (position < at && step(container)) position++
  }
  if (!step(container)) return missing(GONE)
  position++
  return give(latest[0])
}

function entryValue () {
  return give(latest[1])
}

function keysOf (container) {
  if (P.isProxy(container)) return null
  if (P.isMap(container)) return P.MapEntries(container)
  if (P.isSet(container)) return P.SetValues(container)
  return P.ObjectKeys(container)
}

function step (container) {
  if (entries === null) return false
  if (P.ArrayIsArray(entries)) {
    if (position >= entries.length) return false
    latest = [entries[position], entries[position]]
    return true
  }
  const isMap = P.isMap(container)
  const next = isMap ? P.MapNext(entries) : P.SetNext(entries)
  if (next.done) return false
  latest = isMap ? next.value : [next.value, next.value]
  return true
}

/** How many elements, entries or own enumerable keys; -1 of what does not say without code. */
function len (number) {
  const object = objects[number]
  if (typeof object === 'symbol' || P.isProxy(object)) return -1
  if (Reads.isSequence(object)) return Reads.lengthOf(object)
  if (P.isMap(object)) return P.MapSize(object)
  if (P.isSet(object)) return P.SetSize(object)
  return P.ObjectKeys(object).length
}

/** 1 if the chain of prototypes has the class's, 0 if not, -1 if only code could say. */
function isInstance (tag, value, text, number) {
  const is = Reads.isInstance(back(tag, value, text), objects[number])
  return is === Reads.NEEDS_CODE ? -1 : Number(is)
}

/** Name of an object's type. */
function typeName (number) {
  const object = objects[number]
  if (typeof object === 'symbol') return 'symbol'
  if (typeof object === 'function') return 'function'
  return P.isProxy(object) ? 'Proxy' : nameOf(object)
}

function nameOf (object) {
  const prototype = P.ObjectPrototypeOf(object)
  if (prototype === null || P.isProxy(prototype)) return 'Object'
  const descriptor = P.ObjectDescriptor(prototype, 'constructor')
  if (descriptor === undefined || !P.ObjectHasOwn(descriptor, 'value')) return 'Object'
  const owner = descriptor.value
  if (typeof owner !== 'function' || P.isProxy(owner)) return 'Object'
  const name = P.ObjectDescriptor(owner, 'name')
  const isText = name !== undefined && typeof name.value === 'string'
  return isText ? name.value : 'Object'
}

/** Description of a symbol. */
function description (number) {
  const object = objects[number]
  return typeof object === 'symbol' ? P.SymbolDescription(object) ?? '' : ''
}

module.exports = {
  begin,
  end,
  info,
  slot,
  attr,
  item,
  lookup,
  entry,
  entryValue,
  len,
  isInstance,
  typeName,
  description
}
