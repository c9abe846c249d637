'use strict'

// Puts the stream's primitives into memory that somebody else owns.
//
// Knows numbers and texts, no objects. Invariant: a method that answers false has left `at` where it
// was, and what has no answer is never asked for with less than MARGIN bytes before `limit`: enough
// for all that is no text, bytes or digits. Only what ends an object that is open goes beyond `limit`,
// into room that the capture keeps for it.

const {
  BigIntToString, DataView, DataViewSetBigInt64, DataViewSetFloat64, DataViewSetInt32, MathFloor,
  MathMin, MathTrunc, StringCharCodeAt, TypedArrayBuffer, TypedArrayLength, TypedArrayOffset
} = require('./primordials')
const {
  INT8, INT32, INT64, FLOAT, BIG_INT, LATIN1, UTF16, CUT, BYTES, BYTES_CUT, MISSING, TOO_MANY_BYTES
} = require('./stream')

/** Bytes that a number takes at most, or a tag, the number of a name and the head of an object. */
const MARGIN = 40
/** The longest text whose length takes one byte. */
const SHORT = 0x7f
/** Up to here a number is exact, and an integer if it is whole. */
const EXACT = 2 ** 53
/**
 * Units of the longest string that is read; a longer one tells its length alone. To read one unit
 * of a string that was put together makes V8 copy all of it, which takes 1 to 8 ms at this length,
 * and whether it was put together cannot be asked.
 */
const MOST_UNITS = 1 << 20
const LEAST_INT64 = -(2n ** 63n)
const MOST_INT64 = 2n ** 63n - 1n
/** From here on an integer has more than 1,024 digits of 32 bits, as the core has it. */
const TOO_LARGE = 1n << 32_768n
const TOO_SMALL = -TOO_LARGE
/** Hexadecimal digits of a digit of the stream. */
const HEX_DIGITS = 8

/** Bytes of UTF-8 that a unit takes: a pair of surrogates takes four. */
function width(unit) {
  if (unit < 0x80) return 1
  return unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3
}

function hexadecimal(text, at) {
  const unit = StringCharCodeAt(text, at)
  return unit < 0x3a ? unit - 0x30 : unit - 0x57
}

class Bytes {
  bytes = null
  view = null
  size = 0
  at = 0
  limit = 0

  constructor(bytes) {
    this.bytes = bytes
    const buffer = TypedArrayBuffer(bytes)
    this.size = TypedArrayLength(bytes)
    this.view = new DataView(buffer, TypedArrayOffset(bytes), this.size)
  }

  one(byte) {
    this.bytes[this.at++] = byte
  }

  two(tag, number) {
    this.bytes[this.at++] = tag
    this.bytes[this.at++] = number
  }

  varint(number) {
    while (number > 0x7f) {
      this.bytes[this.at++] = (number & 0x7f) | 0x80
      number = MathFloor(number / 0x80)
    }
    this.bytes[this.at++] = number
  }

  /** A number of JavaScript: an integer where it is exactly one, for -0 is none. */
  number(value) {
    const integer = value | 0
    if (integer !== value) {
      this.#wide(value)
    } else if (integer === 0 && 1 / value < 0) {
      this.#float(value)
    } else {
      this.#integer(integer)
    }
  }

  #integer(value) {
    if ((value << 24) >> 24 === value) {
      this.two(INT8, value)
    } else {
      this.bytes[this.at] = INT32
      DataViewSetInt32(this.view, this.at + 1, value, true)
      this.at += 5
    }
  }

  #wide(value) {
    if (MathTrunc(value) !== value || value > EXACT || value < -EXACT) {
      this.#float(value)
    } else {
      this.bytes[this.at] = INT64
      DataViewSetInt32(this.view, this.at + 1, value >>> 0, true)
      DataViewSetInt32(this.view, this.at + 5, MathFloor(value / 2 ** 32), true)
      this.at += 9
    }
  }

  #float(value) {
    this.bytes[this.at] = FLOAT
    DataViewSetFloat64(this.view, this.at + 1, value, true)
    this.at += 9
  }

  bigint(value) {
    if (value >= -0x80000000n && value <= 0x7fffffffn) {
      this.#integer(+BigIntToString(value))
    } else if (value >= LEAST_INT64 && value <= MOST_INT64) {
      this.bytes[this.at] = INT64
      DataViewSetBigInt64(this.view, this.at + 1, value, true)
      this.at += 9
    } else if (value >= TOO_LARGE || value <= TOO_SMALL) {
      this.two(MISSING, TOO_MANY_BYTES)
    } else {
      return this.#digits(value)
    }
    return true
  }

  /** An integer in digits of 32 bits, the least first. Allocates a text of at most 8 KiB. */
  #digits(value) {
    const text = BigIntToString(value, 16)
    const first = value < 0n ? 1 : 0
    const count = MathFloor((text.length - first + HEX_DIGITS - 1) / HEX_DIGITS)
    if (this.at + MARGIN + 4 * count > this.limit) return false
    this.two(BIG_INT, first)
    this.one(32)
    this.varint(count)
    for (let end = text.length; end > first; end -= HEX_DIGITS) {
      let digit = 0
      for (let at = end > first + HEX_DIGITS ? end - HEX_DIGITS : first; at < end; at++) {
        digit = (digit << 4) | hexadecimal(text, at)
      }
      DataViewSetInt32(this.view, this.at, digit, true)
      this.at += 4
    }
    return true
  }

  /** A string, at most so many bytes of it in UTF-8. About 1 ns a unit. */
  text(text, mostBytes) {
    const all = text.length
    if (all > SHORT || all > mostBytes) return this.#long(text, mostBytes)
    const { bytes } = this
    const start = this.at + 2
    if (start + all > this.limit) return false
    let seen = 0
    for (let unit = 0; unit < all; unit++) {
      const code = StringCharCodeAt(text, unit)
      bytes[start + unit] = code
      seen |= code
    }
    if (seen > 0x7f) return this.#long(text, mostBytes)
    bytes[start - 2] = LATIN1
    bytes[start - 1] = all
    this.at = start + all
    return true
  }

  #long(text, mostBytes) {
    const all = text.length
    const most = all > MOST_UNITS ? 0 : MathMin(all, mostBytes)
    let taken = 0
    let seen = 0
    for (let left = mostBytes; taken < most; taken++) {
      const code = StringCharCodeAt(text, taken)
      left -= width(code)
      if (left < 0) break
      seen |= code
    }
    // A pair of surrogates is not parted.
    if (taken > 0 && taken < all && seen > 0xff) {
      const isHigh = (StringCharCodeAt(text, taken - 1) & 0xfc00) === 0xd800
      if (isHigh && (StringCharCodeAt(text, taken) & 0xfc00) === 0xdc00) taken--
    }
    const size = seen > 0xff ? 2 * taken : taken
    if (this.at + MARGIN + size > this.limit) return false
    const tag = seen > 0xff ? UTF16 : LATIN1
    this.#start(tag, tag + CUT, taken, all)
    if (seen > 0xff) {
      this.#units(text, taken)
    } else {
      for (let unit = 0; unit < taken; unit++) {
        this.bytes[this.at++] = StringCharCodeAt(text, unit)
      }
    }
    return true
  }

  #units(text, taken) {
    for (let unit = 0; unit < taken; unit++) {
      const code = StringCharCodeAt(text, unit)
      this.bytes[this.at++] = code
      this.bytes[this.at++] = code >> 8
    }
  }

  /** What comes before the units of a text or the bytes of a byte string. */
  #start(whole, cut, taken, all) {
    this.one(taken === all ? whole : cut)
    this.varint(taken)
    if (taken !== all) this.varint(all)
  }

  /** Bytes, which a real Uint8Array or nobody holds; at most so many of them. */
  raw(from, all, mostBytes) {
    const taken = MathMin(all, mostBytes)
    if (this.at + MARGIN + taken > this.limit) return false
    this.#start(BYTES, BYTES_CUT, taken, all)
    for (let byte = 0; byte < taken; byte++) {
      this.bytes[this.at++] = from[byte]
    }
    return true
  }
}

module.exports = { __proto__: null, Bytes, MARGIN, SHORT }
