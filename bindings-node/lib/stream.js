'use strict'

// Numbers of the capture stream, version 1, whose specification is core/src/capture/stream.rs.
//
// Knows nothing but these. Invariant: they are the core's, by name and by number.

module.exports = {
  __proto__: null,

  NULL: 0x00,
  UNDEFINED: 0x01,
  FALSE: 0x02,
  TRUE: 0x03,
  INT8: 0x04,
  INT32: 0x05,
  INT64: 0x06,
  FLOAT: 0x07,
  BIG_INT: 0x08,
  LATIN1: 0x11,
  UTF16: 0x12,
  /** What is added to the tag of a text that is cut. */
  CUT: 0x04,
  BYTES: 0x18,
  BYTES_CUT: 0x19,
  OPEN: 0x20,
  HEAD: 0x21,
  ENTRY: 0x22,
  FIELD: 0x23,
  REST: 0x24,
  CLOSE: 0x25,
  REF: 0x26,
  MISSING: 0x27,
  FRAME: 0x31,
  MORE_FRAMES: 0x32,
  WATCH: 0x33,
  FAILED: 0x34,
  LOCAL: 0x36,
  MORE_LOCALS: 0x37,
  CHILDREN: 0x38,
  MORE_WATCHES: 0x3a,
  AT_LEAST_FRAMES: 0x3b,
  FRAME_AT: 0x3c,
  END: 0x3f,

  /** Kinds of objects. */
  LIST: 0,
  MAP: 2,
  SET: 3,
  TEXT_OBJECT: 6,
  BYTES_OBJECT: 7,
  NUMBER_OBJECT: 8,
  INSTANCE: 9,
  CLASS: 10,
  FUNCTION: 11,
  MODULE: 12,

  /** Reasons why something is missing. */
  UNSET: 1,
  ABSENT: 2,
  NEEDS_CODE: 3,
  NOT_LOADED: 4,
  REDACTED: 5,
  UNREADABLE: 6,
  TOO_DEEP: 7,
  TOO_MANY_ITEMS: 8,
  TOO_MANY_FIELDS: 9,
  TOO_MANY_BYTES: 10,
  DEADLINE: 11
}
