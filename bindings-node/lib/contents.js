'use strict'

// The children of an object: where each form keeps them, and how many of them are taken.
//
// Knows forms, not what a value becomes. Invariant: a child is written whole or not at all, whoever
// reads the stream learns why the rest is missing, and the value of a redacted name is never asked for.
//
// V8 lists all keys of an object or none. For an object of 100,000 keys that takes 25 ms, for one of a
// million 350 ms. So objects are asked for their symbols first, which is wanted anyway and takes a
// tenth of it; one that needs longer than HUGE_MS for that is shown without its fields, for the
// deadline. Keys that are indexes hide from that question: an object of many is found out when it is
// enumerated (90 ns a key), and is remembered, as the others are, so that it happens once.

const {
  ArrayBufferLength, ArrayBufferIsView, BigIntValue, BooleanValue, CpuUsage, DataViewBuffer, DataViewLength,
  DataViewOffset, DateToISOString, DateValue, MapEntries, MapNext, MapSize, MathMin, Now, NumberValue,
  ObjectDescriptor, ObjectHasOwn, ObjectIsEnumerable, ObjectKeys, ObjectSymbols, ReflectOwnKeys,
  RegExpFlags, RegExpSource, SetNext, SetSize, SetValues, SharedArrayBufferLength, StringValue,
  SymbolDescription, SymbolTag, SymbolToString, SymbolValue, TypedArrayLength, TypedArrayName,
  Uint8Array, WeakMap, WeakMapGet, WeakMapSet, isSharedArrayBuffer
} = require('./primordials')
const { MARGIN } = require('./bytes')
const {
  FORM_ARGUMENTS, FORM_ARRAY, FORM_BIGINT, FORM_BOOLEAN, FORM_BUFFER, FORM_DATE, FORM_ERROR,
  FORM_FIELDS, FORM_FUNCTION, FORM_MAP, FORM_MATCH, FORM_MODULE, FORM_NUMBER, FORM_NUMBERS,
  FORM_REGEXP, FORM_SCOPE, FORM_SET, FORM_STORED, FORM_SYMBOL, FORM_TEXT
} = require('./shapes')
const {
  ENTRY, FIELD, UNSET, ABSENT, NEEDS_CODE, NOT_LOADED, REDACTED, TOO_MANY_ITEMS, TOO_MANY_FIELDS,
  TOO_MANY_BYTES, DEADLINE
} = require('./stream')

/** A question for symbols that takes longer is about some 30,000 keys: to list them takes 5 ms. */
const HUGE_MS = 0.3
/** An enumeration that takes longer is not done again. */
const SLOW_MS = 5
/** Captures after which an object that was too large is asked again. */
const CAPTURES_TO_REST = 4_096
/** In place of the number of a capture. */
const SUSPECTED = -CAPTURES_TO_REST

/** What a field comes to, besides the reason why nothing more is written. */
const MORE = -1
const NOT_OWN = -2

/** What errors store without showing it to an enumeration; their stack is made by code. */
const ERROR_KEYS = ['name', 'message', 'cause', 'errors']
const SHOWN_OR_CODE = ['name', 'message', 'cause', 'errors', 'stack']
const MATCH_KEYS = ['index', 'input', 'groups']

const isOf = (keys, key) => {
  for (let at = 0; at < keys.length; at++) {
    if (keys[at] === key) return true
  }
  return false
}

/** Whether objects of a form have fields besides what is stored in them. */
const hasFieldsToo = (form) => form === FORM_FIELDS || form === FORM_FUNCTION || form === FORM_ERROR ||
  form === FORM_DATE || form === FORM_REGEXP || form === FORM_NUMBER || form === FORM_BOOLEAN

/** Processor time of this process, in milliseconds. */
function cpuMs() {
  const { user, system } = CpuUsage()
  return (user + system) / 1_000
}

function regexp(value) {
  let text = '/' + RegExpSource(value) + '/'
  for (let flag = 0; flag < RegExpFlags.length; flag++) {
    if (RegExpFlags[flag][1](value) === true) text += RegExpFlags[flag][0]
  }
  return text
}

class Contents {
  #walk
  #items = 0
  #fields = 0
  #huge = new WeakMap()
  #hasHuge = false
  #capture = 0
  /** When the clock was read last. */
  #seen = 0

  constructor(walk) {
    this.#walk = walk
  }

  begin() {
    this.#capture++
    this.#seen = Now()
  }

  setLimits(items, fields) {
    this.#items = items
    this.#fields = fields
  }

  /** Children in all, negative if that is not known. */
  count(value, form) {
    switch (form) {
      case FORM_ARRAY: return value.length
      case FORM_NUMBERS: return TypedArrayLength(value)
      case FORM_MAP: return MapSize(value)
      case FORM_SET: return SetSize(value)
      case FORM_ARGUMENTS: return this.#length(value)
      default: return -1
    }
  }

  /** Of `arguments`, which may have been told another length. */
  #length(value) {
    const descriptor = ObjectDescriptor(value, 'length')
    const all = descriptor !== undefined && ObjectHasOwn(descriptor, 'value') ? descriptor.value : 0
    return typeof all === 'number' && all >= 0 && all < 2 ** 32 && all % 1 === 0 ? all : 0
  }

  /** Writes children: why the rest of them is missing, 0 if none is. */
  write(value, form, isSafe, all, level) {
    switch (form) {
      case FORM_FIELDS: case FORM_FUNCTION: return this.#own(value, form, isSafe, level)
      case FORM_ARRAY: case FORM_ARGUMENTS: return this.#array(value, all, level)
      case FORM_MATCH: return this.#match(value, level)
      case FORM_NUMBERS: return this.#numbers(value, all, level)
      case FORM_MAP: return this.#map(value, all, level)
      case FORM_SET: return this.#set(value, all, level)
      case FORM_ERROR: return this.#error(value, isSafe, level)
      case FORM_MODULE: return this.#module(value, level)
      case FORM_SCOPE: return NEEDS_CODE
    }
    if (!this.stored(value, form)) return this.#reason()
    return hasFieldsToo(form) ? this.#own(value, form, isSafe, level) : 0
  }

  #reason() {
    return this.#walk.stop === 0 ? TOO_MANY_BYTES : this.#walk.stop
  }

  /** Ends a child that began there: why nothing more is written. */
  #ended(at, names, opened, written, isLast) {
    const reason = this.#reason()
    if (!written) {
      this.#walk.rollBack(at, names, opened)
      return reason
    }
    return isLast ? 0 : reason
  }

  /** A value by its descriptor, which is a fresh object: only what is its own is looked at. */
  #described(descriptor, level) {
    if (descriptor === undefined) return this.#walk.missing(ABSENT)
    if (!ObjectHasOwn(descriptor, 'value')) return this.#walk.missing(NEEDS_CODE)
    return this.#walk.value(descriptor.value, level)
  }

  #array(array, all, level) {
    const walk = this.#walk
    const { out } = walk
    const most = MathMin(all, this.#items)
    for (let index = 0; index < most; index++) {
      if (walk.tick()) return walk.stop
      const { at } = out
      const { defined } = walk.names
      const { opened } = walk
      const written = this.#described(ObjectDescriptor(array, index), level)
      if (!written || walk.stop !== 0) return this.#ended(at, defined, opened, written, index + 1 === all)
    }
    return most < all ? TOO_MANY_ITEMS : 0
  }

  #match(array, level) {
    const rest = this.#array(array, array.length, level)
    return rest === 0 ? this.#named(array, MATCH_KEYS, level) : rest
  }

  /** Fields that are known by name, those of them that the object has itself. */
  #named(object, keys, level) {
    for (let at = 0; at < keys.length; at++) {
      const verdict = this.#field(object, keys[at], this.#walk.names.of(keys[at]), level)
      if (verdict >= 0) return verdict
    }
    return 0
  }

  /** The elements of an array of numbers can be nothing else. */
  #numbers(array, all, level) {
    const walk = this.#walk
    const most = MathMin(all, this.#items)
    for (let index = 0; index < most; index++) {
      if (walk.tick()) return walk.stop
      const { at } = walk.out
      const written = walk.value(array[index], level)
      if (!written) return this.#ended(at, walk.names.defined, walk.opened, false, false)
    }
    return most < all ? TOO_MANY_ITEMS : 0
  }

  #map(map, all, level) {
    const walk = this.#walk
    const { out } = walk
    const entries = MapEntries(map)
    for (let count = 0; count < all; count++) {
      if (walk.tick()) return walk.stop
      if (count === this.#items) return TOO_MANY_ITEMS
      const next = MapNext(entries)
      if (next.done) break
      const { at } = out
      const { defined } = walk.names
      const { opened } = walk
      const written = this.#entry(next.value[0], next.value[1], level)
      if (!written || walk.stop !== 0) return this.#ended(at, defined, opened, written, count + 1 === all)
    }
    return 0
  }

  #entry(key, held, level) {
    const walk = this.#walk
    if (walk.out.at + MARGIN > walk.out.limit) return walk.full()
    walk.out.one(ENTRY)
    if (!walk.value(key, level)) return false
    return this.#isRedacted(key) ? walk.missing(REDACTED) : walk.value(held, level)
  }

  /** Whether a key of a map is redacted. What is no string or symbol is left to the reader. */
  #isRedacted(key) {
    const { names } = this.#walk
    if (typeof key === 'string') return names.isRedactedKey(key)
    return typeof key === 'symbol' && names.isRedacted(names.ofSymbol(SymbolDescription(key)))
  }

  #set(set, all, level) {
    const walk = this.#walk
    const { out } = walk
    const values = SetValues(set)
    for (let count = 0; count < all; count++) {
      if (walk.tick()) return walk.stop
      if (count === this.#items) return TOO_MANY_ITEMS
      const next = SetNext(values)
      if (next.done) break
      const { at } = out
      const { defined } = walk.names
      const { opened } = walk
      const written = walk.value(next.value, level)
      if (!written || walk.stop !== 0) return this.#ended(at, defined, opened, written, count + 1 === all)
    }
    return 0
  }

  #error(error, isSafe, level) {
    const rest = this.#named(error, ERROR_KEYS, level)
    return rest === 0 ? this.#own(error, FORM_ERROR, isSafe, level) : rest
  }

  /** What a module exports; what it has not initialised yet throws. */
  #module(module, level) {
    const tag = ObjectDescriptor(module, SymbolTag)
    // To ask a deferred module for anything else would run it.
    if (tag === undefined || tag.value !== 'Module') return NOT_LOADED
    const walk = this.#walk
    const keys = ReflectOwnKeys(module)
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]
      if (typeof key !== 'string') continue
      if (at === this.#fields) return TOO_MANY_FIELDS
      const verdict = this.#field(module, key, walk.names.of(key), level)
      if (verdict !== MORE) return verdict
    }
    return 0
  }

  /** The fields that an object shows: its own that are enumerable, those with symbols last. */
  #own(object, form, isSafe, level) {
    const symbols = this.#symbols(object)
    if (symbols === null) return DEADLINE
    if (!isSafe) return this.#listed(object, form, symbols, level)
    const { names } = this.#walk
    let taken = 0
    for (const key in object) {
      if (form === FORM_ERROR && isOf(SHOWN_OR_CODE, key)) continue
      const verdict = taken < this.#fields
        ? this.#field(object, key, names.of(key), level)
        : this.#tooMany(object, key)
      // Its own keys come first.
      if (verdict === NOT_OWN) break
      if (verdict !== MORE) return verdict
      taken++
    }
    return symbols.length === 0 ? 0 : this.#symbolic(object, symbols, taken, level)
  }

  /** The same where an enumeration would ask a proxy above the object. */
  #listed(object, form, symbols, level) {
    const keys = ObjectKeys(object)
    const { names } = this.#walk
    let taken = 0
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]
      if (form === FORM_ERROR && isOf(SHOWN_OR_CODE, key)) continue
      if (taken === this.#fields) return this.#tooMany(object, key)
      const verdict = this.#field(object, key, names.of(key), level)
      if (verdict !== MORE) return verdict
      taken++
    }
    return this.#symbolic(object, symbols, taken, level)
  }

  #symbolic(object, symbols, taken, level) {
    const { names } = this.#walk
    for (let at = 0; at < symbols.length; at++) {
      const symbol = symbols[at]
      if (!ObjectIsEnumerable(object, symbol)) continue
      if (taken++ >= this.#fields) return TOO_MANY_FIELDS
      const name = names.ofSymbol(SymbolDescription(symbol))
      const verdict = this.#field(object, symbol, name, level)
      if (verdict !== MORE) return verdict
    }
    return 0
  }

  /** Writes a field: whether there may be more. */
  #field(object, key, name, level) {
    const walk = this.#walk
    if (walk.tick()) return walk.stop
    const isRedacted = walk.names.isRedacted(name)
    let descriptor
    if (isRedacted) {
      if (!ObjectHasOwn(object, key)) return NOT_OWN
    } else {
      descriptor = this.#descriptor(object, key)
      if (descriptor === undefined) return NOT_OWN
    }
    const { at } = walk.out
    const { defined } = walk.names
    const { opened } = walk
    let written = this.#fieldName(name)
    if (written && descriptor === null) {
      written = walk.missing(UNSET)
    } else if (written) {
      written = isRedacted ? walk.missing(REDACTED) : this.#described(descriptor, level)
    }
    return written && walk.stop === 0 ? MORE : this.#ended(at, defined, opened, written, false)
  }

  #descriptor(object, key) {
    try {
      return ObjectDescriptor(object, key)
    } catch {
      return null
    }
  }

  #fieldName(name) {
    const walk = this.#walk
    if (walk.out.at + MARGIN > walk.out.limit) return walk.full()
    walk.out.one(FIELD)
    return walk.names.write(name, walk.out) || walk.full()
  }

  /** There are more keys than the limit: of an object that took long only once. */
  #tooMany(object, key) {
    if (!ObjectHasOwn(object, key)) return NOT_OWN
    if (this.#elapsed() > SLOW_MS) this.#suspect(object)
    return TOO_MANY_FIELDS
  }

  /** Something else may have taken that long, but hardly twice. */
  #suspect(object) {
    if (WeakMapGet(this.#huge, object) === undefined) {
      WeakMapSet(this.#huge, object, SUSPECTED)
    } else {
      this.#rememberHuge(object)
    }
  }

  /** Milliseconds since the clock was read last. */
  #elapsed() {
    const now = Now()
    const elapsed = now - this.#seen
    this.#seen = now
    this.#walk.sawClock(now)
    return elapsed
  }

  #rememberHuge(object) {
    this.#hasHuge = true
    WeakMapSet(this.#huge, object, this.#capture)
  }

  /** The symbols among an object's keys; null if it has too many keys. */
  #symbols(object) {
    if (this.#hasHuge) {
      const found = WeakMapGet(this.#huge, object)
      if (found !== undefined && this.#capture - found < CAPTURES_TO_REST) return null
    }
    const symbols = ObjectSymbols(object)
    if (this.#elapsed() < HUGE_MS) return symbols
    // Something else may have taken that long, but no time of this process.
    const begin = cpuMs()
    ObjectSymbols(object)
    if (cpuMs() - begin < HUGE_MS) return symbols
    this.#rememberHuge(object)
    return null
  }

  /** Whether an object whose children are too deep has any fields. */
  hasFields(value, form, isSafe) {
    if (!hasFieldsToo(form)) return form < FORM_STORED
    if (form === FORM_ERROR && ObjectHasOwn(value, 'message')) return true
    const symbols = this.#symbols(value)
    if (symbols === null) return true
    if (!isSafe) return ObjectKeys(value).length > 0
    for (const key in value) {
      if (ObjectHasOwn(value, key)) return true
      break
    }
    for (let at = 0; at < symbols.length; at++) {
      if (ObjectIsEnumerable(value, symbols[at])) return true
    }
    return false
  }

  /** Writes the one value that an object stores. False if it does not fit or cannot be read. */
  stored(value, form) {
    const walk = this.#walk
    const { at } = walk.out
    let written = false
    try {
      written = this.#storedValue(value, form)
    } catch {
      // Memory that was given away.
    }
    if (!written) walk.out.at = at
    return written
  }

  #storedValue(value, form) {
    const walk = this.#walk
    switch (form) {
      case FORM_DATE: {
        const time = DateValue(value)
        return walk.value(time === time ? DateToISOString(value) : 'Invalid Date', 0)
      }
      case FORM_REGEXP: return walk.value(regexp(value), 0)
      case FORM_TEXT: return walk.value(StringValue(value), 0)
      case FORM_NUMBER: return walk.value(NumberValue(value), 0)
      case FORM_BOOLEAN: return walk.value(BooleanValue(value), 0)
      case FORM_BIGINT: return walk.value(BigIntValue(value), 0)
      case FORM_SYMBOL: return walk.value(SymbolToString(SymbolValue(value)), 0)
      default: return this.#buffer(value) || walk.full()
    }
  }

  /** Writes a Uint8Array as the bytes that it is. */
  bytes(value) {
    return this.#walk.out.raw(value, TypedArrayLength(value), this.#walk.stringBytes)
  }

  #buffer(value) {
    if (!ArrayBufferIsView(value)) {
      const isShared = isSharedArrayBuffer(value)
      const all = isShared ? SharedArrayBufferLength(value) : ArrayBufferLength(value)
      return this.#memory(value, 0, all)
    }
    if (TypedArrayName(value) !== undefined) return this.bytes(value)
    return this.#memory(DataViewBuffer(value), DataViewOffset(value), DataViewLength(value))
  }

  #memory(buffer, offset, all) {
    const { out, stringBytes } = this.#walk
    if (all === 0) return out.raw(null, 0, stringBytes)
    return out.raw(new Uint8Array(buffer, offset, MathMin(all, stringBytes)), all, stringBytes)
  }
}

module.exports = { __proto__: null, Contents }
