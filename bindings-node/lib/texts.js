// Primitives compared, converted and searched, as conditions do.
//
// Knows no object's insides. Invariant: an object is compared by identity and never converted; strings
// take fuel by their length.

'use strict'

const P = require('./primordials')
const { ask, spend, write } = require('./fuel')

/** Units of a string that is surely read as the machine reads it. */
const MOST_NUMERAL = 18
/** Units that are one step. */
const STEP = 4

function isNone (value) {
  return value === null || value === undefined
}

/** `a === b`. */
function same (a, b) {
  if (typeof a === 'string' && typeof b === 'string') spend(P.MathMin(a.length, b.length) >> STEP)
  return a === b
}

/** The same of elements, of which NaN is one. */
function isElement (a, b) {
  return same(a, b) || (a !== a && b !== b)
}

function isObject (value) {
  return typeof value === 'object' ? value !== null : typeof value === 'function'
}

/** `a == b`. */
function equal (a, b) {
  if (isNone(a) || isNone(b)) return isNone(a) && isNone(b)
  if (isObject(a) !== isObject(b)) ask()
  if (typeof a === typeof b || isObject(a)) return same(a, b)
  if (typeof a === 'symbol' || typeof b === 'symbol') return false
  return compared(a, b) && a == b
}

/** True; does not return where the machine is to compare. */
function compared (a, b) {
  if (typeof a === 'number' && typeof b === 'number') return true
  if (typeof a === 'string' && typeof b === 'string') {
    spend(P.MathMin(a.length, b.length) >> STEP)
    return true
  }
  const isExact = typeof a === 'bigint' || typeof b === 'bigint'
  if (isExact && (typeof a === 'string' || typeof b === 'string')) ask()
  if (typeof a !== 'bigint') number(a)
  if (typeof b !== 'bigint') number(b)
  return true
}

function less (a, b) {
  return compared(a, b) && a < b
}

function lessOrEqual (a, b) {
  return compared(a, b) && a <= b
}

/** A primitive as a number. */
function number (value) {
  if (typeof value === 'number') return value
  if (typeof value === 'string') {
    if (value.length > MOST_NUMERAL) ask()
  } else if (typeof value !== 'boolean' && !isNone(value)) {
    ask()
  }
  return +value
}

/** `a + b`; strings are joined by the machine. */
function sum (a, b) {
  if (typeof a === 'string' || typeof b === 'string') ask()
  return number(a) + number(b)
}

/** Pays for a search. */
function searched (whole, part) {
  if (typeof whole !== 'string' || typeof part !== 'string') ask()
  spend((whole.length >> STEP) + (whole.length >> STEP) * (part.length >> STEP))
}

function indexOf (whole, part) {
  searched(whole, part)
  return P.StringIndexOf(whole, part)
}

function startsWith (whole, part) {
  searched(whole, part)
  return P.StringStartsWith(whole, part)
}

function endsWith (whole, part) {
  searched(whole, part)
  return P.StringEndsWith(whole, part)
}

function trim (text) {
  if (typeof text !== 'string') ask()
  spend(text.length >> STEP)
  return P.StringTrim(text)
}

/** Takes room for a string whose letters all have one other case. */
function changed (text) {
  if (typeof text !== 'string') ask()
  write(text.length)
  spend(text.length >> STEP)
  for (let unit = 0; unit < text.length; unit++) {
    if (P.StringCharCodeAt(text, unit) > 0x7f) ask()
  }
}

function lower (text) {
  changed(text)
  return P.StringToLowerCase(text)
}

function upper (text) {
  changed(text)
  return P.StringToUpperCase(text)
}

function isNan (value) {
  return value !== value
}

module.exports = {
  abs: P.MathAbs,
  ceil: P.MathCeil,
  endsWith,
  equal,
  floor: P.MathFloor,
  indexOf,
  isElement,
  isNan,
  isNone,
  less,
  lessOrEqual,
  lower,
  max: P.MathMax,
  min: P.MathMin,
  number,
  round: P.MathRound,
  same,
  sqrt: P.MathSqrt,
  startsWith,
  sum,
  trim,
  trunc: P.MathTrunc,
  upper
}
