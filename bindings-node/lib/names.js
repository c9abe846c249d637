'use strict'

// Names within one capture: each is written once; and within a process: each is judged once.
//
// Knows texts, not what is called so. Invariant: what this says is defined is defined in the bytes that
// were kept, whatever was rolled back meanwhile; and no string of the application is held, but copies.

const { Map, MapClear, MapGet, MapSet } = require('./primordials')
const { MARGIN } = require('./bytes')

/** Names that are remembered, and as many keys of maps; when there are more all are forgotten. */
const REMEMBERED = 2_048
/** Units of the longest name that is remembered. */
const MOST_REMEMBERED_UNITS = 256
/** Longer is text rather than a name, and redacted without a look, as in the core. */
const MOST_JUDGED_UNITS = 4_096
/** Bytes of a name that are written. */
const NAME_BYTES = 1_024
/** Names that a stream spells at most, as in the core. */
const MOST_NAMES = 0x3fff

/** The same text in memory of its own: a part of a string would keep the whole of it alive. */
function copyOf(text) {
  const holder = { __proto__: null }
  holder[text] = true
  for (const key in holder) return key
  return text
}

/** A text that is a name. Its number is of the capture that it was last defined in. */
class Name {
  text
  /** Undefined until the name is judged. */
  redacted
  epoch = 0
  number = 0
  /** The name that was defined before it. */
  before = null

  constructor(text, redacted) {
    this.text = text
    this.redacted = redacted
  }
}

class Names {
  #known = new Map()
  #keys = new Map()
  #knownCount = 0
  #keyCount = 0
  #isRedacted
  #epoch = 0
  #last = null
  /** How many names the bytes define. */
  defined = 0

  constructor(isRedacted) {
    this.#isRedacted = isRedacted
  }

  begin(defined) {
    this.#epoch++
    this.#last = null
    this.defined = defined
  }

  end() {
    this.#last = null
  }

  /** Forgets what was defined since there were `defined`. */
  restore(defined) {
    if (defined === this.defined) return
    for (; this.#last !== null && this.#last.number >= defined; this.#last = this.#last.before) {
      this.#last.epoch = 0
    }
    this.defined = defined
  }

  /** The name of a text. */
  of(text) {
    if (text.length > MOST_REMEMBERED_UNITS) return new Name(text, undefined)
    const known = MapGet(this.#known, text)
    return known === undefined ? this.#remember(text) : known
  }

  #remember(text) {
    if (++this.#knownCount > REMEMBERED) {
      MapClear(this.#known)
      this.#knownCount = 1
    }
    const copy = copyOf(text)
    const name = new Name(copy, undefined)
    MapSet(this.#known, copy, name)
    return name
  }

  /** The name of a symbol, which is judged by its description. */
  ofSymbol(description) {
    const text = description === undefined ? '' : description
    if (text.length > MOST_REMEMBERED_UNITS) return new Name('Symbol(…)', true)
    const name = this.of('Symbol(' + text + ')')
    if (name.redacted === undefined) name.redacted = this.#judge(text) || this.#judge(name.text)
    return name
  }

  isRedacted(name) {
    if (name.redacted === undefined) name.redacted = this.#judge(name.text)
    return name.redacted
  }

  /** Whether a string that is the key of a map is redacted. */
  isRedactedKey(text) {
    if (text.length > MOST_REMEMBERED_UNITS) return this.#judge(text)
    const held = MapGet(this.#keys, text)
    if (held !== undefined) return held
    if (++this.#keyCount > REMEMBERED) {
      MapClear(this.#keys)
      this.#keyCount = 1
    }
    const verdict = this.#judge(text)
    MapSet(this.#keys, copyOf(text), verdict)
    return verdict
  }

  #judge(text) {
    if (text.length > MOST_JUDGED_UNITS) return true
    try {
      return this.#isRedacted(text) !== false
    } catch {
      // What cannot be judged is not shown.
      return true
    }
  }

  /** Writes a name: false if it does not fit, half written. MARGIN bytes are there. */
  write(name, out) {
    if (name.epoch === this.#epoch) {
      out.varint(name.number)
      return true
    }
    if (this.defined >= MOST_NAMES || out.at + MARGIN > out.limit) return false
    out.varint(this.defined)
    if (!out.text(name.text, NAME_BYTES)) return false
    name.epoch = this.#epoch
    name.number = this.defined++
    name.before = this.#last
    this.#last = name
    return true
  }
}

module.exports = { __proto__: null, Names }
