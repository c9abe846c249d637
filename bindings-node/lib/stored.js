'use strict'

// The one value that an object stores: a date, an expression, a boxed primitive, memory.
//
// Knows forms, and writes nothing but bytes. Invariant: it is read from where V8 keeps it, never by a
// method that the object has.

const {
  ArrayBufferIsView, ArrayBufferLength, BigIntValue, BooleanValue, DataViewBuffer, DataViewLength,
  DataViewOffset, DateToISOString, DateValue, MathMin, NumberValue, RegExpFlags, RegExpSource,
  SharedArrayBufferLength, StringValue, SymbolToString, SymbolValue, TypedArrayLength,
  TypedArrayName, Uint8Array, isSharedArrayBuffer
} = require('./primordials')
const {
  FORM_BIGINT, FORM_BOOLEAN, FORM_DATE, FORM_NUMBER, FORM_REGEXP, FORM_SYMBOL
} = require('./shapes')

function expression(value) {
  let text = '/' + RegExpSource(value) + '/'
  for (let flag = 0; flag < RegExpFlags.length; flag++) {
    if (RegExpFlags[flag][1](value) === true) text += RegExpFlags[flag][0]
  }
  return text
}

function date(value) {
  const time = DateValue(value)
  return time === time ? DateToISOString(value) : 'Invalid Date'
}

/** A primitive that an object stores. */
function primitive(value, form) {
  switch (form) {
    case FORM_DATE: return date(value)
    case FORM_REGEXP: return expression(value)
    case FORM_NUMBER: return NumberValue(value)
    case FORM_BOOLEAN: return BooleanValue(value)
    case FORM_BIGINT: return BigIntValue(value)
    case FORM_SYMBOL: return SymbolToString(SymbolValue(value))
    default: return StringValue(value)
  }
}

/** Writes a Uint8Array, real but for its prototype, as the bytes that it is. */
const bytes = (value, out, mostBytes) => out.raw(value, TypedArrayLength(value), mostBytes)

/** Writes the bytes of an ArrayBuffer or a view of one. Throws if they were given away. */
function buffer(value, out, mostBytes) {
  if (!ArrayBufferIsView(value)) {
    const isShared = isSharedArrayBuffer(value)
    const all = isShared ? SharedArrayBufferLength(value) : ArrayBufferLength(value)
    return memory(value, 0, all, out, mostBytes)
  }
  if (TypedArrayName(value) !== undefined) return bytes(value, out, mostBytes)
  const all = DataViewLength(value)
  return memory(DataViewBuffer(value), DataViewOffset(value), all, out, mostBytes)
}

function memory(from, offset, all, out, mostBytes) {
  if (all === 0) return out.raw(null, 0, mostBytes)
  return out.raw(new Uint8Array(from, offset, MathMin(all, mostBytes)), all, mostBytes)
}

module.exports = { __proto__: null, buffer, bytes, primitive }
