// Conditions as functions: what the core made JavaScript of, and the helpers that it calls.
//
// Knows what JavaScript's operators mean on what is stored. Invariants: a function decides what the
// core's machine would; what it cannot decide without code of the application, or without more work
// than the machine may do, it does not decide; nothing of the application runs, and nothing is thrown.

'use strict'

const { Script } = require('node:vm')
const P = require('./primordials')
const { ABSENT, NEEDS_CODE, UNSET, MOST_UNITS } = require('./reads')
const Reads = require('./reads')
const { automaton, test } = require('./patterns')
const texts = require('./texts')
const { isNone, placeOf } = texts

/** What a condition comes to. */
const FALSE = 0
const HOLDS = 1
const UNDECIDED = 2

/** Units of a key that is held against the list of names. */
const MOST_NAME = 1 << 10

const run = P.uncurry(Script.prototype.runInThisContext)
const { ask, spend, begin } = require('./fuel')

/** A value, as it is handed over; the machine knows of those that are not. */
function given (value) {
  if (typeof value === 'string' ? value.length > MOST_UNITS : value === UNSET) ask()
  return value
}

function isObject (value) {
  return typeof value === 'object' ? value !== null : typeof value === 'function'
}

/** What was read; undefined where it is absent. */
function found (value) {
  if (value === ABSENT) return undefined
  if (value === NEEDS_CODE) ask()
  return given(value)
}

function property (object, key) {
  if (!isObject(object)) ask()
  return found(Reads.property(object, key))
}

/** A private field or method, by what V8 reads it with. */
function hidden (read, object) {
  if (!isObject(object)) ask()
  return given(read(object))
}

/** `#name in object`. */
function hasHidden (read, object) {
  if (!isObject(object)) ask()
  return read(object) !== UNSET
}

function length (value) {
  if (typeof value === 'string') return value.length
  if (isObject(value) && !P.isProxy(value) && Reads.isSequence(value)) return Reads.lengthOf(value)
  return property(value, 'length')
}

function size (value) {
  if (isOwnMap(value)) return P.MapSize(value)
  return isOwnSet(value) ? P.SetSize(value) : property(value, 'size')
}

/** Whether it is a Map whose methods are the language's own. */
function isOwnMap (value) {
  return P.isMap(value) && P.ObjectPrototypeOf(value) === P.MapPrototype
}

function isOwnSet (value) {
  return P.isSet(value) && P.ObjectPrototypeOf(value) === P.SetPrototype
}

/** Whether a property can be looked up by a key that was computed. */
function isLookedUp (value) {
  return isObject(value) && !P.isProxy(value) && !P.isMap(value) && !P.isSet(value)
}

/** `object[key]`. One that is no constant could be a name that must not be seen. */
function element (object, key, isJudged) {
  const place = placeOf(key)
  if (typeof object === 'string') {
    if (typeof place === 'number') return place < object.length ? object[place] : undefined
    return place === 'length' ? object.length : ask()
  }
  if (!isLookedUp(object)) ask()
  if (Reads.isSequence(object)) {
    if (typeof place === 'number') return found(item(object, place))
    if (place === 'length') return Reads.lengthOf(object)
  }
  const name = typeof place === 'number' ? P.NumberToString(place) : place
  if (isJudged !== true) visible(name)
  return found(Reads.property(object, name))
}

/** An element, or ABSENT. The second of a pair may be what stands under a name. */
function item (sequence, at) {
  if (at === 1 && Reads.lengthOf(sequence) === 2) visible(Reads.own(sequence, 0))
  return Reads.own(sequence, at)
}

/** `key in object`. */
function isIn (key, object) {
  if (!isLookedUp(object)) ask()
  const place = placeOf(key)
  if (!Reads.isSequence(object)) return isStored(object, place)
  if (typeof place !== 'number') return place === 'length' || isStored(object, place)
  return place < Reads.lengthOf(object) && isThere(Reads.own(object, place))
}

/** Whether a property is there. */
function isStored (object, place) {
  const name = typeof place === 'number' ? P.NumberToString(place) : place
  visible(name)
  return isThere(Reads.property(object, name))
}

function isThere (value) {
  if (value === NEEDS_CODE) ask()
  return value !== ABSENT
}

function isInstance (value, owner) {
  if (typeof owner !== 'function') ask()
  if (!isObject(value)) return false
  const is = Reads.isInstance(value, owner)
  if (is === NEEDS_CODE) ask()
  return is
}

/** Goes on only if what stands under this key may be seen. */
function visible (key) {
  if (typeof key === 'symbol') ask()
  if (typeof key !== 'string') return
  if (key.length > MOST_NAME || !P.StringIsWellFormed(key) || isRedacted(key)) ask()
}

function get (map, key, isJudged) {
  if (!isOwnMap(map) || typeof key === 'bigint') ask()
  if (isJudged !== true) visible(key)
  return given(P.MapGet(map, key))
}

function has (container, key, isJudged) {
  if (typeof key === 'bigint') ask()
  if (isOwnSet(container)) {
    // The machine goes over all elements for a string with half a character.
    if (typeof key === 'string' && !P.StringIsWellFormed(key)) ask()
    return P.SetHas(container, key)
  }
  if (!isOwnMap(container)) ask()
  if (isJudged !== true) visible(key)
  return P.MapHas(container, key)
}

/** The elements of an array of the language, or of one that a call made. */
class Elements {
  count
  /** Whether they come from the keys of an object. */
  areKeys
  /** The array; without one, they are in `made`. */
  #array
  #made

  constructor (array, count, areKeys, made = { __proto__: null }) {
    this.#array = array
    this.#made = made
    this.count = count
    this.areKeys = areKeys
  }

  /** An element, or ABSENT. */
  at (place) {
    spend(1)
    if (this.#array === null) return given(this.#made[place])
    const value = item(this.#array, place)
    if (value === NEEDS_CODE) ask()
    return value === ABSENT ? value : given(value)
  }

  add (value) {
    this.#made[this.count++] = value
  }

  first () {
    return this.count === 0 ? undefined : this.at(0)
  }

  includes (wanted) {
    // Whether a key is there that must not be seen is not told either.
    if (this.areKeys) visible(wanted)
    return whereIs(this, wanted, texts.isElement, true) >= 0
  }
}

function elements (value) {
  if (!isObject(value) || P.isProxy(value) || !Reads.isSequence(value)) ask()
  const isArray = P.ArrayIsArray(value)
  if (isArray && P.ObjectPrototypeOf(value) !== P.ArrayPrototype) ask()
  spend(1)
  return new Elements(value, Reads.lengthOf(value), false)
}

/** `Object.keys(value)`. */
function keys (value) {
  if (isNone(value) || typeof value === 'string') ask()
  if (!isObject(value)) return new Elements(null, 0, true)
  if (!isLookedUp(value) || Reads.isSequence(value)) ask()
  const all = P.ObjectKeys(value)
  spend(all.length)
  return new Elements(null, all.length, true, all)
}

/** Where an element is first found; -1 if it is not. */
function whereIs (all, wanted, isIt, seesHoles) {
  for (let place = 0; place < all.count; place++) {
    const value = all.at(place)
    if (value === ABSENT && !seesHoles) continue
    if (isIt(value === ABSENT ? undefined : value, wanted)) return place
  }
  return -1
}

function includes (whole, wanted) {
  if (typeof whole === 'string') return texts.indexOf(whole, wanted) >= 0
  return elements(whole).includes(wanted)
}

function indexOf (whole, wanted) {
  if (typeof whole === 'string') return texts.indexOf(whole, wanted)
  return whereIs(elements(whole), wanted, texts.same, false)
}

function some (all, holds) {
  for (let place = 0; place < all.count; place++) {
    const value = all.at(place)
    if (value !== ABSENT && holds(value)) return true
  }
  return false
}

function every (all, holds) {
  for (let place = 0; place < all.count; place++) {
    const value = all.at(place)
    if (value !== ABSENT && !holds(value)) return false
  }
  return true
}

function find (all, holds) {
  for (let place = 0; place < all.count; place++) {
    const read = all.at(place)
    const value = read === ABSENT ? undefined : read
    if (holds(value)) return value
  }
  return undefined
}

function filter (all, holds) {
  const made = new Elements(null, 0, all.areKeys)
  for (let place = 0; place < all.count; place++) {
    const value = all.at(place)
    if (value === ABSENT) ask()
    if (holds(value)) made.add(value)
  }
  return made
}

function map (all, changed) {
  const made = new Elements(null, 0, all.areKeys)
  for (let place = 0; place < all.count; place++) {
    const value = all.at(place)
    // The array would have a hole there.
    if (value === ABSENT) ask()
    made.add(changed(value))
  }
  return made
}

let isRedacted = () => true

/** Who judges names. */
function prepare (judge) {
  isRedacted = judge
}

const HELPERS = {
  __proto__: null,
  ...texts,
  automaton,
  begin,
  element,
  elements,
  every,
  filter,
  find,
  get,
  given,
  has,
  hasHidden,
  hidden,
  includes,
  indexOf,
  isArray: P.ArrayIsArray,
  isIn,
  isInstance,
  keys,
  length,
  map,
  property,
  size,
  some,
  test
}
const NAMES = Object.keys(HELPERS).join(', ')

let isUsed = true

/** Whether functions decide; tests have the machine decide alone. */
function use (is) {
  isUsed = is
}

/**
 * The function of a condition, of its text. Compiled here, once: what V8 compiles with
 * each hit is the call alone. By a script, for an application can forbid `Function`.
 */
function compile (text) {
  if (!isUsed) return null
  try {
    const source = `(all) => { 'use strict'; const { ${NAMES} } = all; return ${text} }`
    const test = run(new Script(source, { filename: '' }))(HELPERS)
    decide(test, [])
    return test
  } catch {
    // The machine decides.
    return null
  }
}

/** What a function says of the values of its variables. */
function decide (test, values) {
  try {
    return test(values) ? HOLDS : FALSE
  } catch {
    return UNDECIDED
  }
}

module.exports = { FALSE, HOLDS, UNDECIDED, prepare, use, compile, decide }
