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
const texts = require('./texts')

/** What a condition comes to. */
const FALSE = 0
const HOLDS = 1
const UNDECIDED = 2

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

function isIndex (key) {
  return typeof key === 'number' && key >= 0 && key < 2 ** 32 - 1 && P.MathTrunc(key) === key
}

/** `object[key]`, where the key is a number. */
function element (object, key) {
  if (!isIndex(key)) ask()
  if (typeof object === 'string') return key < object.length ? object[key] : undefined
  if (!isObject(object) || P.isProxy(object) || P.isMap(object) || P.isSet(object)) ask()
  if (Reads.isSequence(object)) return found(item(object, key))
  return found(Reads.property(object, P.NumberToString(key)))
}

/** An element, or ABSENT. The second of a pair may be what stands under a name. */
function item (sequence, at) {
  if (at === 1 && Reads.lengthOf(sequence) === 2) {
    const first = typeof Reads.own(sequence, 0)
    if (first === 'string' || first === 'symbol') ask()
  }
  return Reads.own(sequence, at)
}

/** `name in object`. */
function isIn (name, object) {
  if (!isObject(object) || P.isMap(object) || P.isSet(object) || isRedacted(name)) ask()
  const value = Reads.property(object, name)
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

/** A key that is no constant could be a name. */
function isName (key, isJudged) {
  return !isJudged && (typeof key === 'string' || typeof key === 'symbol')
}

function get (map, key, isJudged) {
  if (!isOwnMap(map) || isName(key, isJudged) || typeof key === 'bigint') ask()
  return given(P.MapGet(map, key))
}

function has (container, key, isJudged) {
  if (typeof key === 'bigint') ask()
  if (isOwnSet(container)) {
    // The machine goes over all elements for a string with half a character.
    if (typeof key === 'string' && !P.StringIsWellFormed(key)) ask()
    return P.SetHas(container, key)
  }
  if (!isOwnMap(container) || isName(key, isJudged)) ask()
  return P.MapHas(container, key)
}

/** The elements of an array of the language, or of one that a call made. */
class Elements {
  count
  /** The array; without one, they are in `made`. */
  #array
  #made

  constructor (array, count) {
    this.#array = array
    this.#made = { __proto__: null }
    this.count = count
  }

  /** An element, or ABSENT. */
  at (place) {
    spend(1)
    if (this.#array === null) return this.#made[place]
    const value = item(this.#array, place)
    if (value === NEEDS_CODE) ask()
    return value === ABSENT ? value : given(value)
  }

  add (value) {
    this.#made[this.count++] = value
  }

  first () {
    return this.count === 0 ? undefined : this.#made[0]
  }

  includes (wanted) {
    return placeOf(this, wanted, texts.isElement, true) >= 0
  }
}

function elements (value) {
  if (!isObject(value) || P.isProxy(value) || !Reads.isSequence(value)) ask()
  const isArray = P.ArrayIsArray(value)
  if (isArray && P.ObjectPrototypeOf(value) !== P.ArrayPrototype) ask()
  spend(1)
  return new Elements(value, Reads.lengthOf(value))
}

/** Where an element is first found; -1 if it is not. */
function placeOf (all, wanted, isIt, seesHoles) {
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
  return placeOf(elements(whole), wanted, texts.same, false)
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
  const made = new Elements(null, 0)
  for (let place = 0; place < all.count; place++) {
    const value = all.at(place)
    if (value === ABSENT) ask()
    if (holds(value)) made.add(value)
  }
  return made
}

function map (all, changed) {
  const made = new Elements(null, 0)
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
  length,
  map,
  property,
  size,
  some
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
