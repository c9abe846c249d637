'use strict'

// The fields of an object: which keys it shows, and what is too much.
//
// Knows keys, not what a value becomes. Invariant: the value of a redacted name is never asked for, and
// nothing is asked of an object's prototypes that a proxy among them could hear.
//
// V8 lists all keys of an object or none, and tells nobody how many there are. For an object of
// 100,000 keys that takes 25 ms, for one of a million 350 ms. So objects are asked for their symbols
// first, which is wanted anyway and takes a third of it at most; one that needs longer than HUGE_MS for
// that is shown without its fields, for the deadline. Keys that are indexes hide from that question: an
// object that has some far ones is taken for one of many, and another is found out when it is enumerated
// (90 to 500 ns a key). Either is remembered, so that it costs once or twice.

const {
  Now, ObjectDescriptor, ObjectHasOwn, ObjectIsEnumerable, ObjectKeys, ObjectSymbols,
  ReflectOwnKeys, SymbolDescription, SymbolTag, WeakMap, WeakMapGet, WeakMapSet
} = require('./primordials')
const { MARGIN } = require('./bytes')
const { FORM_ERROR } = require('./shapes')
const { FIELD, UNSET, NOT_LOADED, REDACTED, TOO_MANY_FIELDS, DEADLINE } = require('./stream')

/** A question for symbols that takes longer is about some 30,000 keys: to list them takes 5 ms. */
const HUGE_MS = 0.3
/** An enumeration that takes longer is not done again. */
const SLOW_MS = 5
/** Captures after which an object that was too large is asked again. */
const CAPTURES_TO_REST = 4_096
/** In place of the number of a capture. */
const SUSPECTED = -CAPTURES_TO_REST
/** A question that takes longer is asked only once again: it costs the application as much. */
const LONG_MS = 20
/** Indexes that hardly an object has all of but one of at least as many keys. */
const FAR_INDEXES = [29_989, 19_997, 9_973]

/** What a field comes to, besides the reason why nothing more is written. */
const MORE = -1
const NOT_OWN = -2

/** What errors store without showing it to an enumeration; their stack is made by code. */
const ERROR_KEYS = ['name', 'message', 'cause', 'errors']
const SHOWN_OR_CODE = ['name', 'message', 'cause', 'errors', 'stack']
const isOf = (keys, key) => {
  for (let at = 0; at < keys.length; at++) {
    if (keys[at] === key) return true
  }
  return false
}

function hasFar(object) {
  for (let at = 0; at < FAR_INDEXES.length; at++) {
    if (!ObjectHasOwn(object, FAR_INDEXES[at])) return false
  }
  return true
}

class Fields {
  #walk
  #most = 0
  #huge = new WeakMap()
  #hasHuge = false
  #capture = 0
  /** When the clock was read last. */
  #seen = 0
  /** The object whose private fields are known, their names, and what is no value. */
  #owner = null
  #privateNames = null
  #none = null
  /** The object, and behind it the values. */
  #privateRead = null

  constructor(walk) {
    this.#walk = walk
  }

  begin() {
    this.#capture++
    this.#seen = Now()
  }

  /** Lets go of every object of the application. */
  end() {
    this.#owner = this.#privateNames = this.#privateRead = null
  }

  /** Private fields cannot be listed: whoever wrote their class knows them. */
  setPrivates(names, read, none) {
    this.#owner = read[0]
    this.#privateNames = names
    this.#privateRead = read
    this.#none = none
  }

  setLimit(fields) {
    this.#most = fields
  }

  /** Fields that are known by name, those of them that the object has itself. */
  named(object, keys, level) {
    for (let at = 0; at < keys.length; at++) {
      const verdict = this.#field(object, keys[at], this.#walk.names.of(keys[at]), level)
      if (verdict >= 0) return verdict
    }
    return 0
  }

  error(error, isSafe, level) {
    const rest = this.named(error, ERROR_KEYS, level)
    return rest === 0 ? this.own(error, FORM_ERROR, isSafe, level) : rest
  }

  /** What a module exports; what it has not initialised yet throws. */
  module(module, level) {
    const tag = ObjectDescriptor(module, SymbolTag)
    // To ask a deferred module for anything else would run it.
    if (tag === undefined || tag.value !== 'Module') return NOT_LOADED
    const walk = this.#walk
    const keys = ReflectOwnKeys(module)
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]
      if (typeof key !== 'string') continue
      if (at === this.#most) return TOO_MANY_FIELDS
      const verdict = this.#field(module, key, walk.names.of(key), level)
      if (verdict !== MORE) return verdict
    }
    return 0
  }

  /**
   * The fields that an object shows: its own that are enumerable, then those with symbols, then the
   * private ones that are known.
   */
  own(object, form, isSafe, level) {
    const symbols = this.#symbols(object)
    if (symbols === null) return DEADLINE
    if (!isSafe) return this.#listed(object, form, symbols, level)
    const { names } = this.#walk
    let taken = 0
    for (const key in object) {
      if (form === FORM_ERROR && isOf(SHOWN_OR_CODE, key)) continue
      const verdict = taken < this.#most
        ? this.#field(object, key, names.of(key), level)
        : this.#tooMany(object, key)
      // Its own keys come first.
      if (verdict === NOT_OWN) break
      if (verdict !== MORE) return verdict
      taken++
    }
    if (symbols.length === 0 && object !== this.#owner) return 0
    return this.#symbolic(object, symbols, taken, level)
  }

  /** The same where an enumeration would ask a proxy above the object. */
  #listed(object, form, symbols, level) {
    const keys = ObjectKeys(object)
    const { names } = this.#walk
    let taken = 0
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]
      if (form === FORM_ERROR && isOf(SHOWN_OR_CODE, key)) continue
      if (taken === this.#most) return this.#tooMany(object, key)
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
      if (taken++ >= this.#most) return TOO_MANY_FIELDS
      const name = names.ofSymbol(SymbolDescription(symbol))
      const verdict = this.#field(object, symbol, name, level)
      if (verdict !== MORE) return verdict
    }
    return object === this.#owner ? this.#private(taken, level) : 0
  }

  #private(taken, level) {
    const { names } = this.#walk
    const read = this.#privateRead
    for (let at = 1; at <= this.#privateNames.length; at++) {
      if (at < read.length && read[at] === this.#none) continue
      if (at >= read.length || taken++ >= this.#most) return TOO_MANY_FIELDS
      const verdict = this.#stored(names.of(this.#privateNames[at - 1]), read[at], level)
      if (verdict !== MORE) return verdict
    }
    return 0
  }

  /** Writes a field whose value is known. */
  #stored(name, value, level) {
    const walk = this.#walk
    if (walk.tick()) return walk.stop
    const { at } = walk.out
    const { defined } = walk.names
    const { opened } = walk
    let written = this.#fieldName(name)
    if (written) {
      written = walk.names.isRedacted(name) ? walk.missing(REDACTED) : walk.value(value, level)
    }
    return written && walk.stop === 0 ? MORE : walk.ended(at, defined, opened, written, false)
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
      written = isRedacted ? walk.missing(REDACTED) : walk.described(descriptor, level)
    }
    return written && walk.stop === 0 ? MORE : walk.ended(at, defined, opened, written, false)
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
    if (hasFar(object)) return null
    const symbols = ObjectSymbols(object)
    const elapsed = this.#elapsed()
    if (elapsed < HUGE_MS) return symbols
    // Something else may have taken that long, but hardly twice within the question itself.
    for (let attempt = elapsed > LONG_MS ? 1 : 0; attempt < 2; attempt++) {
      const begin = Now()
      ObjectSymbols(object)
      if (Now() - begin < HUGE_MS) return symbols
    }
    this.#elapsed()
    this.#rememberHuge(object)
    return null
  }

  /** Whether an object whose children are too deep has any fields. */
  hasAny(value, form, isSafe) {
    if (form === FORM_ERROR && ObjectHasOwn(value, 'message')) return true
    const symbols = this.#symbols(value)
    if (symbols === null || (value === this.#owner && this.#hasPrivate())) return true
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

  #hasPrivate() {
    for (let at = 1; at < this.#privateRead.length; at++) {
      if (this.#privateRead[at] !== this.#none) return true
    }
    return false
  }
}

module.exports = { __proto__: null, Fields }
