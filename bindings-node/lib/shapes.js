'use strict'

// What an object is: its form, and the name of its type.
//
// Knows prototypes and V8's own types, no children. Invariant: no code of the application runs. Each
// object of a chain of prototypes is asked whether it is a proxy before it is asked anything else; a
// constructor is one only if it is stored, not computed; and a form that reads what V8 keeps inside an
// object is given only after V8 itself was asked whether it does.

const {
  ArrayBufferIsView, ArrayBufferPrototype, ArrayIsArray, ArrayPrototype, BigIntPrototype,
  BooleanPrototype, DatePrototype, ErrorPrototype, FunctionToString, MapPrototype, NumberPrototype,
  ObjectDescriptor, ObjectHasOwn, ObjectPrototype, ObjectPrototypeOf, RegExpPrototype, SetPrototype,
  SharedArrayBufferPrototype, StringCharCodeAt, StringPrototype, SymbolPrototype, TypedArrayName,
  isAnyArrayBuffer, isArgumentsObject,
  isBigIntObject, isBooleanObject, isDate, isMap, isModuleNamespaceObject, isNativeError,
  isNumberObject, isProxy, isRegExp, isSet, isStringObject, isSymbolObject
} = require('./primordials')

/** How the children of an object are found. */
const FORM_FIELDS = 0
const FORM_ARRAY = 1
const FORM_MATCH = 2
const FORM_ARGUMENTS = 3
const FORM_NUMBERS = 4
const FORM_MAP = 5
const FORM_SET = 6
const FORM_ERROR = 7
const FORM_MODULE = 8
/** A scope of node:vm: what it seems to hold is asked of another object, which may be anything. */
const FORM_SCOPE = 9
const FORM_FUNCTION = 10
/** Up from here an object stores one value, which stands first. */
const FORM_STORED = 16
const FORM_DATE = 16
const FORM_REGEXP = 17
const FORM_BUFFER = 18
const FORM_TEXT = 19
const FORM_NUMBER = 20
const FORM_BOOLEAN = 21
const FORM_BIGINT = 22
const FORM_SYMBOL = 23
/** No object but a value. */
const FORM_BYTES = 32
const FORMS = 33
/** What a chain of prototypes says of no base, and if it is not this realm's. */
const NOTHING = -1
const UNKNOWN = -2

/** Prototypes above an object that are looked at. */
const MOST_PROTOTYPES = 32
/** Prototypes that a capture remembers. */
const REMEMBERED = 16
const CLASS = 'class'

/** What objects inherit whose insides V8 keeps, their form, and the question to V8. */
const BASES = [
  [ErrorPrototype, FORM_ERROR, isNativeError],
  [MapPrototype, FORM_MAP, isMap],
  [SetPrototype, FORM_SET, isSet],
  [DatePrototype, FORM_DATE, isDate],
  [RegExpPrototype, FORM_REGEXP, isRegExp],
  [StringPrototype, FORM_TEXT, isStringObject],
  [NumberPrototype, FORM_NUMBER, isNumberObject],
  [BooleanPrototype, FORM_BOOLEAN, isBooleanObject],
  [BigIntPrototype, FORM_BIGINT, isBigIntObject],
  [SymbolPrototype, FORM_SYMBOL, isSymbolObject],
  [ArrayBufferPrototype, FORM_BUFFER, isAnyArrayBuffer],
  [SharedArrayBufferPrototype, FORM_BUFFER, isAnyArrayBuffer]
]

/** A string that an object stores under a key itself; else empty. */
function ownText(object, key) {
  const descriptor = ObjectDescriptor(object, key)
  if (descriptor === undefined || !ObjectHasOwn(descriptor, 'value')) return ''
  return typeof descriptor.value === 'string' ? descriptor.value : ''
}

function constructorName(prototype) {
  const descriptor = ObjectDescriptor(prototype, 'constructor')
  if (descriptor === undefined || !ObjectHasOwn(descriptor, 'value')) return ''
  const constructor = descriptor.value
  if (typeof constructor !== 'function' || isProxy(constructor)) return ''
  return ownText(constructor, 'name')
}

function baseOf(prototype) {
  for (let base = 0; base < BASES.length; base++) {
    if (BASES[base][0] === prototype) return base
  }
  return NOTHING
}

/** To read its `prototype` would make V8 create one for a function that has none yet. */
function isWrittenAsClass(object) {
  if (!ObjectHasOwn(object, 'prototype')) return false
  const source = FunctionToString(object)
  for (let unit = 0; unit < CLASS.length; unit++) {
    if (StringCharCodeAt(source, unit) !== StringCharCodeAt(CLASS, unit)) return false
  }
  return true
}

/** What is known of all objects with one prototype. */
class Family {
  prototype = null
  type
  /**
   * Whether their keys may be enumerated, which asks all that is above them: no proxy is there, and
   * nothing but prototypes of classes, which are small.
   */
  isSafe
  /** The place in BASES of what they inherit, NOTHING or UNKNOWN. */
  base = NOTHING
  /** The families in a ring. */
  next = this

  constructor(type, isSafe) {
    this.type = type
    this.isSafe = isSafe
  }
}

class Shapes {
  #names
  #plain
  #bare
  #list
  #arguments
  /** The family learnt last; the one behind it is the oldest. */
  #ring = new Family(null, false)
  // Of the object that was asked for last.
  form = FORM_FIELDS
  type = null
  /** Whether its keys may be enumerated: if not, what is above it must not be asked. */
  isSafe = false
  isClass = false

  constructor(names) {
    this.#names = names
    this.#plain = new Family(names.of('Object'), true)
    this.#bare = new Family(names.of('Object: null prototype'), true)
    this.#list = new Family(names.of('Array'), true)
    this.#arguments = new Family(names.of('Arguments'), true)
    for (let count = 1; count < REMEMBERED; count++) {
      const family = new Family(null, false)
      family.next = this.#ring.next
      this.#ring.next = family
    }
  }

  /** Lets go of every object of the application. */
  end() {
    const first = this.#ring
    let family = first
    do {
      family.prototype = null
      family = family.next
    } while (family !== first)
  }

  /** Finds out what an object is, no proxy. About 20 ns; some hundred for a new prototype. */
  of(object) {
    const prototype = ObjectPrototypeOf(object)
    let family = this.#plain
    if (ArrayIsArray(object)) {
      family = prototype === ArrayPrototype ? this.#list : this.#familyOf(prototype)
      // What a regular expression found in a text says where.
      this.form = ObjectHasOwn(object, 'index') ? FORM_MATCH : FORM_ARRAY
    } else if (prototype === ObjectPrototype) {
      const isOdd = ObjectHasOwn(object, 'length') || ArrayBufferIsView(object)
      this.form = isOdd ? oddForm(object) : FORM_FIELDS
    } else if (prototype === null) {
      family = this.#bare
      this.form = isModuleNamespaceObject(object) ? FORM_MODULE : oddForm(object)
    } else {
      family = this.#familyOf(prototype)
      this.form = formOf(object, family)
    }
    if (this.form === FORM_ARGUMENTS) family = this.#arguments
    this.type = family.type
    this.isSafe = family.isSafe
  }

  /** The same of a function: its type says what it is called. */
  ofFunction(object) {
    const name = ownText(object, 'name')
    this.isClass = isWrittenAsClass(object)
    const word = this.isClass ? CLASS : 'function'
    this.form = FORM_FUNCTION
    this.type = this.#names.of(name === '' ? word : word + ' ' + name)
    this.isSafe = this.#familyOf(ObjectPrototypeOf(object)).isSafe
  }

  #familyOf(prototype) {
    if (prototype === null) return this.#bare
    if (this.#ring.prototype === prototype) return this.#ring
    for (let family = this.#ring.next; family !== this.#ring; family = family.next) {
      if (family.prototype === prototype) return family
    }
    const family = this.#ring.next
    family.prototype = null
    this.#learn(family, prototype)
    family.prototype = prototype
    this.#ring = family
    return family
  }

  #learn(family, prototype) {
    let name = ''
    let base = NOTHING
    let isOurs = false
    let isSmall = true
    let at = prototype
    for (let count = 0; at !== null && count < MOST_PROTOTYPES && !isProxy(at); count++) {
      if (name === '') name = constructorName(at)
      if (base === NOTHING) base = baseOf(at)
      isOurs = at === ObjectPrototype
      isSmall = isSmall && ObjectHasOwn(at, 'constructor')
      at = ObjectPrototypeOf(at)
    }
    // A chain that ends elsewhere may be another realm's, with its own Map and Date.
    family.base = base === NOTHING && !isOurs ? UNKNOWN : base
    family.isSafe = isSmall && at === null
    family.type = this.#names.of(name === '' ? 'Object' : name)
  }
}

function formOf(object, family) {
  if (ArrayBufferIsView(object)) return viewForm(object)
  const { base } = family
  if (base === NOTHING) return FORM_FIELDS
  if (base === UNKNOWN) return ObjectHasOwn(object, 'globalThis') ? FORM_SCOPE : oddForm(object)
  return BASES[base][2](object) ? BASES[base][1] : FORM_FIELDS
}

function viewForm(object) {
  const name = TypedArrayName(object)
  if (name === 'Uint8Array') return FORM_BYTES
  return name === undefined || name === 'Uint8ClampedArray' ? FORM_BUFFER : FORM_NUMBERS
}

/** The form of an object whose prototype does not tell. */
function oddForm(object) {
  if (ArrayBufferIsView(object)) return viewForm(object)
  if (isArgumentsObject(object)) return FORM_ARGUMENTS
  for (let base = 0; base < BASES.length; base++) {
    if (BASES[base][2](object)) return BASES[base][1]
  }
  return FORM_FIELDS
}

module.exports = {
  __proto__: null,
  Shapes,
  FORM_FIELDS,
  FORM_ARRAY,
  FORM_MATCH,
  FORM_ARGUMENTS,
  FORM_NUMBERS,
  FORM_MAP,
  FORM_SET,
  FORM_ERROR,
  FORM_MODULE,
  FORM_SCOPE,
  FORM_FUNCTION,
  FORM_STORED,
  FORM_DATE,
  FORM_REGEXP,
  FORM_BUFFER,
  FORM_TEXT,
  FORM_NUMBER,
  FORM_BOOLEAN,
  FORM_BIGINT,
  FORM_SYMBOL,
  FORM_BYTES,
  FORMS
}
