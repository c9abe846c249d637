'use strict'

// The walk of one capture: values, objects, what was written before, and when to stop.
//
// Knows neither records nor where children come from. Invariant: no code of the application runs;
// whatever limit is met, what stays written reads back; and after `end` nothing of the application is
// held. A method that answers false has written a part that whoever began it rolls back, and `stop`
// says why.

const {
  Map, MapClear, MapDelete, MapGet, MapSet, Now, ObjectHasOwn, SymbolToString, isProxy
} = require('./primordials')
const { Bytes, MARGIN } = require('./bytes')
const { Contents } = require('./contents')
const { Names } = require('./names')
const {
  Shapes, FORM_ARGUMENTS, FORM_ARRAY, FORM_BIGINT, FORM_BOOLEAN, FORM_BUFFER, FORM_BYTES,
  FORM_FUNCTION, FORM_MAP, FORM_MATCH, FORM_MODULE, FORM_NUMBER, FORM_NUMBERS, FORM_SET,
  FORM_STORED, FORM_SYMBOL, FORM_TEXT, FORMS
} = require('./shapes')
const {
  NULL, UNDEFINED, FALSE, TRUE, OPEN, HEAD, REST, CLOSE, REF, MISSING, LIST, MAP, SET, TEXT_OBJECT,
  BYTES_OBJECT, NUMBER_OBJECT, INSTANCE, CLASS, FUNCTION, MODULE, ABSENT, NEEDS_CODE, UNREADABLE,
  TOO_DEEP, TOO_MANY_ITEMS, TOO_MANY_BYTES, DEADLINE
} = require('./stream')

/** Objects that a capture remembers; beyond, aliases are written again, cycles end by depth. */
const OBJECTS = 384
/** Values between two looks at the clock: some 10 µs of walking. */
const VALUES_PER_LOOK = 128

/** An object that was written: in the order in which objects were. */
class Written {
  object = null
  ordinal = 0
  before = null
  after = null
}

/** The kind of each form: an instance if it is not here. */
const KINDS = new Uint8Array(FORMS)
for (let form = 0; form < FORMS; form++) KINDS[form] = INSTANCE
KINDS[FORM_ARRAY] = KINDS[FORM_MATCH] = KINDS[FORM_ARGUMENTS] = KINDS[FORM_NUMBERS] = LIST
KINDS[FORM_MAP] = MAP
KINDS[FORM_SET] = SET
KINDS[FORM_MODULE] = MODULE
KINDS[FORM_FUNCTION] = FUNCTION
KINDS[FORM_BUFFER] = BYTES_OBJECT
KINDS[FORM_TEXT] = KINDS[FORM_SYMBOL] = TEXT_OBJECT
KINDS[FORM_NUMBER] = KINDS[FORM_BOOLEAN] = KINDS[FORM_BIGINT] = NUMBER_OBJECT

class Walk {
  out
  names
  shapes
  depth = 0
  stringBytes = 0
  /** Why nothing more is written at present; 0 if more is. */
  stop = 0
  /** Objects opened so far. */
  opened = 0
  /** The form of the root written last, negative if it does not wait, and its children in all. */
  waiting = -1
  waitingAll = 0
  #contents
  #symbol
  #deadline = 0
  #values = 0
  #ordinals = new Map()
  /** The place for what is written next, and of what was written last. */
  #free = new Written()
  #last = null

  constructor(bytes, isRedacted) {
    this.out = new Bytes(bytes)
    this.names = new Names(isRedacted)
    this.shapes = new Shapes(this.names)
    this.#contents = new Contents(this)
    this.#symbol = this.names.of('symbol')
    for (let count = 1; count < OBJECTS; count++) {
      const written = new Written()
      written.after = this.#free
      this.#free.before = written
      this.#free = written
    }
  }

  begin(names, objects, deadline) {
    this.end()
    this.names.begin(names)
    this.#contents.begin()
    this.stop = 0
    this.opened = objects
    this.#deadline = deadline
    this.#values = 0
  }

  setPrivates(names, read, none) {
    this.#contents.setPrivates(names, read, none)
  }

  setLimits(depth, items, fields) {
    this.depth = depth
    this.#contents.setLimits(items, fields)
  }

  /** Lets go of every object of the application. */
  end() {
    for (; this.#last !== null; this.#last = this.#last.before) {
      this.#last.object = null
      this.#free = this.#last
    }
    MapClear(this.#ordinals)
    this.#contents.end()
    this.shapes.end()
    this.names.end()
  }

  /** Forgets what was written since so many objects were opened. */
  #forget(opened) {
    while (this.#last !== null && this.#last.ordinal >= opened) {
      const written = this.#last
      MapDelete(this.#ordinals, written.object)
      written.object = null
      this.#free = written
      this.#last = written.before
    }
  }

  rollBack(at, names, opened) {
    this.out.at = at
    this.names.restore(names)
    if (opened !== this.opened) {
      this.#forget(opened)
      this.opened = opened
    }
  }

  /** Notes that something did not fit. Always false. */
  full() {
    if (this.stop === 0) this.stop = TOO_MANY_BYTES
    return false
  }

  /** Why nothing more is written. */
  reason() {
    return this.stop === 0 ? TOO_MANY_BYTES : this.stop
  }

  /** Why nothing more was written; goes on, unless the deadline has passed. */
  takeStop() {
    const reason = this.reason()
    if (this.stop !== DEADLINE) this.stop = 0
    return reason
  }

  /** Ends a child that began there: why nothing more is written, 0 if there is nothing more. */
  ended(at, names, opened, written, isLast) {
    const reason = this.reason()
    if (!written) {
      this.rollBack(at, names, opened)
      return reason
    }
    return isLast ? 0 : reason
  }

  /** Counts a value; now and then looks at the clock. Whether nothing more is to be written. */
  tick() {
    if (++this.#values >= VALUES_PER_LOOK) this.sawClock(Now())
    return this.stop !== 0
  }

  /** Says what time it is to who may be late. */
  sawClock(now) {
    this.#values = 0
    if (now > this.#deadline) this.stop = DEADLINE
  }

  missing(reason) {
    const { out } = this
    if (out.at + MARGIN > out.limit) return this.full()
    out.two(MISSING, reason)
    return true
  }

  /** Writes a value by its descriptor, a fresh object: only what is its own is looked at. */
  described(descriptor, level) {
    if (descriptor === undefined) return this.missing(ABSENT)
    if (!ObjectHasOwn(descriptor, 'value')) return this.missing(NEEDS_CODE)
    return this.value(descriptor.value, level)
  }

  /** Writes a value whose children stand so many levels below their variable. */
  value(value, level) {
    const { out } = this
    if (out.at + MARGIN > out.limit) return this.full()
    switch (typeof value) {
      case 'number':
        out.number(value)
        return true
      case 'string':
        return out.text(value, this.stringBytes) || this.full()
      case 'boolean':
        out.one(value ? TRUE : FALSE)
        return true
      case 'undefined':
        out.one(UNDEFINED)
        return true
      case 'bigint':
        return out.bigint(value) || this.full()
      case 'symbol':
        return this.#symbolValue(value)
      case 'object':
        if (value === null) {
          out.one(NULL)
          return true
        }
    }
    return this.#object(value, level)
  }

  /** A symbol: a text that is no string. */
  #symbolValue(value) {
    const { out } = this
    if (!this.#head(OPEN, TEXT_OBJECT, this.#symbol, -1)) return false
    if (!out.text(SymbolToString(value), this.stringBytes)) return this.full()
    out.one(CLOSE)
    return true
  }

  #object(value, level) {
    if (isProxy(value)) return this.missing(NEEDS_CODE)
    const ordinal = MapGet(this.#ordinals, value)
    if (ordinal !== undefined) return this.#reference(ordinal)
    const form = this.#shape(value)
    if (form === FORM_BYTES) return this.#contents.bytes(value)
    const { isSafe } = this.shapes
    const all = this.#contents.count(value, form)
    if (!this.#head(OPEN, this.#kind(form), this.shapes.type, all)) return false
    if (level < this.depth) {
      if (all !== 0) this.#remember(value)
      this.#children(value, form, isSafe, all, level + 1)
    } else {
      this.#tooDeep(value, form, isSafe, all)
    }
    return true
  }

  #shape(value) {
    if (typeof value === 'function') {
      this.shapes.ofFunction(value)
    } else {
      this.shapes.of(value)
    }
    return this.shapes.form
  }

  #kind(form) {
    return form === FORM_FUNCTION && this.shapes.isClass ? CLASS : KINDS[form]
  }

  #reference(ordinal) {
    this.out.one(REF)
    this.out.varint(ordinal)
    return true
  }

  /** Writes OPEN or HEAD; how many children there are in all is negative if that is not known. */
  #head(tag, kind, type, all) {
    const { out } = this
    out.two(tag, kind)
    if (!this.names.write(type, out) || out.at + MARGIN > out.limit) return this.full()
    out.varint(all + 1)
    this.opened++
    return true
  }

  /** Remembers the object opened last. */
  #remember(object) {
    const written = this.#free
    if (written === null) return
    written.object = object
    written.ordinal = this.opened - 1
    this.#free = written.after
    this.#last = written
    MapSet(this.#ordinals, object, written.ordinal)
  }

  /**
   * Writes a root's own value. An object's children wait, if they may: then `waiting` is its form,
   * and else negative.
   */
  root(value, mayWait) {
    this.waiting = -1
    const isObject = typeof value === 'object' ? value !== null : typeof value === 'function'
    const { out } = this
    if (!isObject) return this.value(value, 0)
    if (out.at + MARGIN > out.limit) return this.full()
    if (isProxy(value)) return this.missing(NEEDS_CODE)
    const ordinal = MapGet(this.#ordinals, value)
    if (ordinal !== undefined) return this.#reference(ordinal)
    const form = this.#shape(value)
    if (form === FORM_BYTES) return this.#contents.bytes(value)
    const all = this.#contents.count(value, form)
    const kind = this.#kind(form)
    if (!this.#head(mayWait ? HEAD : OPEN, kind, this.shapes.type, all)) return false
    if (!mayWait) {
      if (all !== 0) this.out.two(REST, TOO_MANY_ITEMS)
      this.out.one(CLOSE)
    } else if (all !== 0) {
      this.#remember(value)
      this.waiting = form
      this.waitingAll = all
    }
    return true
  }

  /** Writes the children of a root that waited. */
  rootChildren(value, form, all) {
    this.#shape(value)
    if (this.depth > 0) {
      this.#children(value, form, this.shapes.isSafe, all, 1)
    } else {
      this.#tooDeep(value, form, this.shapes.isSafe, all)
    }
  }

  /** Writes the children of an object, why the rest of them is missing, and CLOSE. */
  #children(value, form, isSafe, all, level) {
    const { at } = this.out
    const names = this.names.defined
    const { opened } = this
    let rest
    try {
      rest = this.#contents.write(value, form, isSafe, all, level)
    } catch {
      // Too little stack is left, most likely, or an object is none that its form says.
      this.rollBack(at, names, opened)
      rest = UNREADABLE
    }
    this.#close(rest)
  }

  /** Writes what is shown of an object whose children are too deep, and CLOSE. */
  #tooDeep(value, form, isSafe, all) {
    let hasMore = all > 0
    if (form >= FORM_STORED) hasMore = !this.#contents.stored(value, form)
    if (all < 0 && !hasMore) hasMore = this.#contents.hasAny(value, form, isSafe)
    this.#close(hasMore ? TOO_DEEP : 0)
  }

  #close(rest) {
    if (rest !== 0) this.out.two(REST, rest)
    this.out.one(CLOSE)
  }
}

module.exports = { __proto__: null, Walk }
