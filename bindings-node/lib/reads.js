// What objects store, read without running code.
//
// Knows JavaScript's objects, no hits. Invariant: nothing of the application runs and no proxy is asked
// anything; what only its code could tell is told as such.

'use strict'

const P = require('./primordials')

/** In place of what is not there. */
const ABSENT = Symbol('absent')
/** In place of what only code of the application could tell. */
const NEEDS_CODE = Symbol('needs code')
/** In place of a variable that cannot be read yet. */
const UNSET = Symbol('unset')

/** Units of a string that is read; of a longer one every comparison would copy all. */
const MOST_UNITS = 1 << 20
/** Prototypes above an object that are looked at. */
const MOST_PROTOTYPES = 32

/** A property: the object's own, or one that it inherits, if it is stored. About 200 ns. */
function property (object, key) {
  for (let count = 0; count < MOST_PROTOTYPES; count++) {
    const found = own(object, key)
    if (found !== ABSENT) return found
    object = P.ObjectPrototypeOf(object)
    if (object === null) return ABSENT
  }
  return NEEDS_CODE
}

/** What an object stores itself. */
function own (object, key) {
  if (P.isProxy(object)) return NEEDS_CODE
  const descriptor = P.ObjectDescriptor(object, key)
  if (descriptor === undefined) return ABSENT
  return P.ObjectHasOwn(descriptor, 'value') ? descriptor.value : NEEDS_CODE
}

/** Whether an object, no proxy, has elements: an array of the language. */
function isSequence (object) {
  return P.ArrayIsArray(object) || P.TypedArrayName(object) !== undefined
}

/** How many elements such an object has. */
function lengthOf (sequence) {
  return P.ArrayIsArray(sequence) ? sequence.length : P.TypedArrayLength(sequence)
}

/** Whether the chain of prototypes has the class's; NEEDS_CODE if only code could say. */
function isInstance (value, owner) {
  if (typeof owner !== 'function' || P.isProxy(owner)) return NEEDS_CODE
  if (property(owner, P.SymbolHasInstance) !== P.FunctionHasInstance) return NEEDS_CODE
  const prototype = own(owner, 'prototype')
  if (prototype === ABSENT || prototype === NEEDS_CODE) return NEEDS_CODE
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false
  let at = value
  for (let count = 0; count < MOST_PROTOTYPES; count++) {
    if (P.isProxy(at)) return NEEDS_CODE
    at = P.ObjectPrototypeOf(at)
    if (at === null) return false
    if (at === prototype) return true
  }
  return NEEDS_CODE
}

module.exports = {
  ABSENT, NEEDS_CODE, UNSET, MOST_UNITS, property, own, isSequence, lengthOf, isInstance
}
