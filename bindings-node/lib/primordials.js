'use strict'

// The builtins that a capture uses, taken when this file is loaded: before the application runs.
//
// Knows no capture. Invariant: what is here is never looked up again, so a prototype that the
// application patches later neither runs in a capture nor breaks one. Of what is not here, a capture
// uses syntax alone that calls nothing: no spread, no destructuring of arrays, no `for … of`, no
// store beyond an array's end.

const { AsyncLocalStorage } = require('node:async_hooks')
const { types } = require('node:util')
const { performance } = require('node:perf_hooks')
const { setInterval, clearInterval, setTimeout, clearTimeout } = require('node:timers')

const uncurry = Function.prototype.bind.bind(Function.prototype.call)
const descriptorOf = Object.getOwnPropertyDescriptor

/** The getter of an accessor, which takes the object as an argument; without one, undefined. */
function getter(prototype, key) {
  const descriptor = descriptorOf(prototype, key)
  return descriptor === undefined ? () => undefined : uncurry(descriptor.get)
}

const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype)
const nextOf = (iterator) => uncurry(Object.getPrototypeOf(iterator).next)

module.exports = {
  __proto__: null,

  uncurry,

  ArrayBufferIsView: ArrayBuffer.isView,
  ArrayBufferLength: getter(ArrayBuffer.prototype, 'byteLength'),
  ArrayBufferPrototype: ArrayBuffer.prototype,
  ArrayIsArray: Array.isArray,
  ArrayPrototype: Array.prototype,
  AsyncLocalStorage,
  AsyncLocalStorageStore: uncurry(AsyncLocalStorage.prototype.getStore),
  BigInt,
  BigIntPrototype: BigInt.prototype,
  BigIntToString: uncurry(BigInt.prototype.toString),
  BigIntValue: uncurry(BigInt.prototype.valueOf),
  BooleanPrototype: Boolean.prototype,
  BooleanValue: uncurry(Boolean.prototype.valueOf),
  ClearInterval: clearInterval,
  ClearTimeout: clearTimeout,
  DataView,
  DataViewBuffer: getter(DataView.prototype, 'buffer'),
  DataViewLength: getter(DataView.prototype, 'byteLength'),
  DataViewOffset: getter(DataView.prototype, 'byteOffset'),
  DataViewSetBigInt64: uncurry(DataView.prototype.setBigInt64),
  DataViewSetFloat64: uncurry(DataView.prototype.setFloat64),
  DataViewSetInt32: uncurry(DataView.prototype.setInt32),
  DatePrototype: Date.prototype,
  DateToISOString: uncurry(Date.prototype.toISOString),
  DateValue: uncurry(Date.prototype.getTime),
  DecodeURI: decodeURI,
  Error,
  ErrorCaptureStackTrace: Error.captureStackTrace,
  ErrorPrototype: Error.prototype,
  FunctionHasInstance: Function.prototype[Symbol.hasInstance],
  FunctionToString: uncurry(Function.prototype.toString),
  Map,
  MapClear: uncurry(Map.prototype.clear),
  MapDelete: uncurry(Map.prototype.delete),
  MapEntries: uncurry(Map.prototype.entries),
  MapGet: uncurry(Map.prototype.get),
  MapHas: uncurry(Map.prototype.has),
  MapNext: nextOf(new Map().entries()),
  MapPrototype: Map.prototype,
  MapSet: uncurry(Map.prototype.set),
  MapSize: getter(Map.prototype, 'size'),
  MathAbs: Math.abs,
  MathCeil: Math.ceil,
  MathFloor: Math.floor,
  MathMax: Math.max,
  MathMin: Math.min,
  MathRound: Math.round,
  MathSqrt: Math.sqrt,
  MathTrunc: Math.trunc,
  Now: performance.now.bind(performance),
  NumberPrototype: Number.prototype,
  NumberToString: uncurry(Number.prototype.toString),
  NumberValue: uncurry(Number.prototype.valueOf),
  ObjectDefineProperty: Object.defineProperty,
  ObjectDescriptor: descriptorOf,
  ObjectHasOwn: Object.hasOwn,
  ObjectIsEnumerable: uncurry(Object.prototype.propertyIsEnumerable),
  ObjectIs: Object.is,
  ObjectKeys: Object.keys,
  ObjectGetter: uncurry(Object.prototype.__lookupGetter__),
  ObjectSetter: uncurry(Object.prototype.__lookupSetter__),
  ObjectPrototype: Object.prototype,
  ObjectPrototypeOf: Object.getPrototypeOf,
  ObjectSymbols: Object.getOwnPropertySymbols,
  ReflectApply: Reflect.apply,
  ReflectDeleteProperty: Reflect.deleteProperty,
  ReflectOwnKeys: Reflect.ownKeys,
  RegExpPrototype: RegExp.prototype,
  // The getter `flags` would ask the object for each of them.
  RegExpFlags: [
    ['d', getter(RegExp.prototype, 'hasIndices')],
    ['g', getter(RegExp.prototype, 'global')],
    ['i', getter(RegExp.prototype, 'ignoreCase')],
    ['m', getter(RegExp.prototype, 'multiline')],
    ['s', getter(RegExp.prototype, 'dotAll')],
    ['u', getter(RegExp.prototype, 'unicode')],
    ['v', getter(RegExp.prototype, 'unicodeSets')],
    ['y', getter(RegExp.prototype, 'sticky')]
  ],
  RegExpSource: getter(RegExp.prototype, 'source'),
  SetInterval: setInterval,
  SetTimeout: setTimeout,
  SetAdd: uncurry(Set.prototype.add),
  SetHas: uncurry(Set.prototype.has),
  SetNext: nextOf(new Set().values()),
  SetPrototype: Set.prototype,
  SetSize: getter(Set.prototype, 'size'),
  SetValues: uncurry(Set.prototype.values),
  SharedArrayBufferLength: getter(SharedArrayBuffer.prototype, 'byteLength'),
  SharedArrayBufferPrototype: SharedArrayBuffer.prototype,
  StringCharCodeAt: uncurry(String.prototype.charCodeAt),
  StringEndsWith: uncurry(String.prototype.endsWith),
  StringIndexOf: uncurry(String.prototype.indexOf),
  StringIsWellFormed: uncurry(String.prototype.isWellFormed),
  StringPrototype: String.prototype,
  StringSlice: uncurry(String.prototype.slice),
  StringStartsWith: uncurry(String.prototype.startsWith),
  StringToLowerCase: uncurry(String.prototype.toLowerCase),
  StringToUpperCase: uncurry(String.prototype.toUpperCase),
  StringTrim: uncurry(String.prototype.trim),
  StringValue: uncurry(String.prototype.valueOf),
  SymbolHasInstance: Symbol.hasInstance,
  SymbolDescription: getter(Symbol.prototype, 'description'),
  SymbolPrototype: Symbol.prototype,
  SymbolTag: Symbol.toStringTag,
  SymbolToString: uncurry(Symbol.prototype.toString),
  SymbolValue: uncurry(Symbol.prototype.valueOf),
  TypedArrayLength: getter(TypedArrayPrototype, 'length'),
  TypedArrayName: getter(TypedArrayPrototype, Symbol.toStringTag),
  TypedArrayBuffer: getter(TypedArrayPrototype, 'buffer'),
  TypedArrayOffset: getter(TypedArrayPrototype, 'byteOffset'),
  Uint16Array,
  Uint8Array,
  WeakMap,
  WeakMapGet: uncurry(WeakMap.prototype.get),
  WeakMapSet: uncurry(WeakMap.prototype.set),
  WeakRef,
  WeakRefDeref: uncurry(WeakRef.prototype.deref),

  isAnyArrayBuffer: types.isAnyArrayBuffer,
  isArgumentsObject: types.isArgumentsObject,
  isBigIntObject: types.isBigIntObject,
  isBooleanObject: types.isBooleanObject,
  isDate: types.isDate,
  isMap: types.isMap,
  isModuleNamespaceObject: types.isModuleNamespaceObject,
  isNativeError: types.isNativeError,
  isNumberObject: types.isNumberObject,
  isProxy: types.isProxy,
  isRegExp: types.isRegExp,
  isSet: types.isSet,
  isSharedArrayBuffer: types.isSharedArrayBuffer,
  isStringObject: types.isStringObject,
  isSymbolObject: types.isSymbolObject
}
