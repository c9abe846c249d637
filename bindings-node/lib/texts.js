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
/** Units of a place at most, and the unit of 0. */
const MOST_DIGITS = 10
const DIGIT = 0x30

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

// These are short where they compare numbers, so that V8 inlines them into what asks at a check.

function less (a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a < b
  return compared(a, b) && a < b
}

function lessOrEqual (a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a <= b
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

/** A primitive as a string. */
function written (value) {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return P.NumberToString(value)
  if (typeof value !== 'boolean' && !isNone(value)) ask()
  return `${value}`
}

/** An element's place as a number, or a property's name, as which a key is taken. */
function placeOf (key) {
  if (isIndex(key)) return key
  const name = written(key)
  if (!P.StringIsWellFormed(name)) ask()
  const place = name.length > MOST_DIGITS || name === '' ? -1 : digits(name)
  return place >= 0 && isIndex(place) ? place : name
}

function isIndex (key) {
  return typeof key === 'number' && key >= 0 && key < 2 ** 32 - 1 && P.MathTrunc(key) === key
}

/** The number that a string is, written as a number would be; else -1. */
function digits (name) {
  let number = 0
  for (let unit = 0; unit < name.length; unit++) {
    const digit = P.StringCharCodeAt(name, unit) - DIGIT
    if (digit < 0 || digit > 9 || (unit > 0 && number === 0)) return -1
    number = number * 10 + digit
  }
  return number
}

/** `a + b`; strings are joined by the machine. */
function sum (a, b) {
  if (typeof a === 'string' || typeof b === 'string') ask()
  return number(a) + number(b)
}

/** Pays for a search of what a value is as a string, which it returns. */
function sought (whole, value) {
  if (typeof whole !== 'string') ask()
  const part = written(value)
  spend((whole.length >> STEP) + (whole.length >> STEP) * (part.length >> STEP))
  return part
}

function indexOf (whole, part) {
  return P.StringIndexOf(whole, sought(whole, part))
}

function startsWith (whole, part) {
  return P.StringStartsWith(whole, sought(whole, part))
}

function endsWith (whole, part) {
  return P.StringEndsWith(whole, sought(whole, part))
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
  placeOf,
  round: P.MathRound,
  same,
  sqrt: P.MathSqrt,
  startsWith,
  sum,
  trim,
  trunc: P.MathTrunc,
  upper,
  written
}
