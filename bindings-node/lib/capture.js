'use strict'

// One capture: records and roots, written straight into memory of the native side.
//
// Knows records; a walk knows what is inside a value. Invariant: what was written reads back whatever
// limit was met and whatever failed, every variable is named if its name fits, and no variable is
// starved by another: all values stand before any children, and children share the bytes that are left
// equally. No method throws, and after `finish` nothing of the application is held.
//
// Meaning: core/src/capture/roots.rs. Bytes: core/src/capture/stream.rs. Header and thread are the
// native side's, and so is the redaction of what is written, whose verdict is final. A capture is made
// once and used for one hit after another.

const { MathFloor, MathMin } = require('./primordials')
const { MARGIN } = require('./bytes')
const { Walk } = require('./walk')
const {
  FRAME, FRAME_AT, MORE_FRAMES, AT_LEAST_FRAMES, WATCH, FAILED, LOCAL, MORE_LOCALS, MORE_WATCHES,
  CHILDREN, END, MISSING, REST, CLOSE, UNSET, REDACTED, UNREADABLE, TOO_MANY_BYTES, DEADLINE
} = require('./stream')

/** Roots whose children are taken; of further ones only the own value. */
const ROOTS = 64
/** Bytes kept free for what ends every object that is open, and the stream: as in the core. */
const RESERVED = 64
/** Levels of children that any probe may ask for. */
const MOST_DEPTH = 10
/** Bytes of a watch's text that travel with every snapshot, and of its failure. */
const EXPRESSION_BYTES = 256
const FAILURE_BYTES = 1_024
/** What is left of the names of a probed frame that would not fit otherwise. */
const SHORT_NAME_UNITS = 48
/** What MORE_LOCALS and MORE_WATCHES count up to. */
const MOST_COUNTED = 0x7f
/** More than any limit allows. */
const MOST = 2 ** 30

/** A root that waits for its children. */
class Root {
  value = null
  form = 0
  all = 0
  ordinal = 0
  stringBytes = 0
  next = null
}

/** The end of a text, which is what tells one path from another. */
function tail(text) {
  let end = ''
  let unit = text.length > SHORT_NAME_UNITS ? text.length - SHORT_NAME_UNITS : 0
  for (; unit < text.length; unit++) end += text[unit]
  return end
}

const textOf = (text) => typeof text === 'string' ? text : ''

/** A number that is none is none at all. */
function countOf(count, most) {
  return typeof count === 'number' && count > 0 ? MathMin(MathFloor(count), most) : 0
}

class Capture {
  #walk
  #isOpen = false
  #frames = 0
  #end = 0
  #room = 0
  #stringBytes = 0
  #watchStringBytes = 0
  /** Variables and watches not written, and why the first of them was not. */
  #lostLocals = 0
  #lostWatches = 0
  #lostLocalsReason = 0
  #lostWatchesReason = 0
  #roots = new Root()
  #nextRoot = this.#roots
  #waiting = 0

  constructor(bytes, isRedacted) {
    this.#walk = new Walk(bytes, isRedacted)
    for (let count = 1; count < ROOTS; count++) {
      const root = new Root()
      root.next = this.#roots
      this.#roots = root
    }
    this.#nextRoot = this.#roots
  }

  begin(limits, names, objects, room, deadlineMs) {
    this.#isOpen = false
    try {
      const walk = this.#walk
      const { out } = walk
      walk.begin(countOf(names, MOST), countOf(objects, MOST), +deadlineMs)
      const depth = countOf(limits.depth, MOST_DEPTH)
      walk.setLimits(depth, countOf(limits.items, MOST), countOf(limits.fields, MOST))
      this.#stringBytes = countOf(limits.stringBytes, MOST)
      this.#watchStringBytes = countOf(limits.watchStringBytes, MOST)
      walk.stringBytes = this.#stringBytes
      this.#room = countOf(room, out.size)
      this.#end = this.#room > RESERVED ? this.#room - RESERVED : 0
      out.at = 0
      out.limit = this.#end
      this.#frames = 0
      this.#lostLocals = this.#lostWatches = 0
      this.#forgetRoots()
      this.#isOpen = this.#room > 0
    } catch {
      // Nothing is written, and `finish` says so.
    }
  }

  #forgetRoots() {
    for (let root = this.#roots; root !== this.#nextRoot; root = root.next) root.value = null
    this.#nextRoot = this.#roots
    this.#waiting = 0
  }

  /**
   * A frame of the stack, the probed one first; the others take at most a quarter of the bytes. The
   * column, from 1, says where it was written, if that is elsewhere; 0 if it is not.
   */
  frame(file, functionName, line, column = 0) {
    if (!this.#isOpen) return
    const { out, names } = this.#walk
    const { at } = out
    const { defined } = names
    try {
      out.limit = this.#frames === 0 ? this.#end : MathFloor(this.#end / 4)
      const inFile = textOf(file)
      const inFunction = textOf(functionName)
      const isWritten = this.#frame(inFile, inFunction, line, column) ||
        (this.#frames === 0 && this.#frame(tail(inFile), tail(inFunction), line, 0))
      if (isWritten) this.#frames++
    } catch {
      this.#undo(at, defined)
    }
    out.limit = this.#end
  }

  #frame(file, functionName, line, column) {
    const { out, names } = this.#walk
    const { at } = out
    const { defined } = names
    if (out.at + MARGIN <= out.limit) {
      out.one(column > 0 ? FRAME_AT : FRAME)
      if (names.write(names.of(file), out) && out.at + MARGIN <= out.limit) {
        if (names.write(names.of(functionName), out) && out.at + MARGIN <= out.limit) {
          out.varint(countOf(line, MOST))
          if (column > 0) out.varint(countOf(column, MOST))
          return true
        }
      }
    }
    this.#undo(at, defined)
    return false
  }

  #undo(at, defined) {
    this.#walk.out.at = at
    this.#walk.names.restore(defined)
  }

  moreFrames(count, isAtLeast) {
    const { out } = this.#walk
    const frames = countOf(count, MOST)
    if (!this.#isOpen || frames === 0 || out.at + MARGIN > this.#end) return
    out.one(isAtLeast ? AT_LEAST_FRAMES : MORE_FRAMES)
    out.varint(frames)
  }

  /** A watch that has a value: a text more of which may be shown. Before the variables. */
  watch(expression, value) {
    if (!this.#isOpen) return
    const walk = this.#walk
    // Values of watches leave room for the names of all, and for the variables.
    walk.out.limit = MathFloor(this.#end / 2)
    walk.stringBytes = this.#watchStringBytes
    if (this.#lostWatches > 0) {
      this.#lostWatches++
    } else {
      const reason = this.#root(WATCH, textOf(expression), value)
      walk.out.limit = this.#end
      if (reason !== 0) this.#unfit(WATCH, textOf(expression), reason)
    }
    walk.out.limit = this.#end
    walk.stringBytes = this.#stringBytes
  }

  /** A watch that failed, in words. */
  failed(expression, message) {
    if (!this.#isOpen) return
    const { out } = this.#walk
    if (this.#lostWatches > 0) {
      this.#lostWatches++
      return
    }
    const { at } = out
    let isWritten = false
    try {
      isWritten = out.at + MARGIN <= out.limit && this.#failure(expression, message)
    } catch {
      // Undone below.
    }
    if (!isWritten) {
      out.at = at
      this.#unfit(WATCH, textOf(expression), TOO_MANY_BYTES)
    }
  }

  #failure(expression, message) {
    const { out } = this.#walk
    out.one(FAILED)
    if (!out.text(textOf(expression), EXPRESSION_BYTES)) return false
    return out.text(textOf(message), FAILURE_BYTES)
  }

  /** Names of private fields; an object, and its values or what stands for one that it lacks. */
  privates(names, read, none) {
    if (this.#isOpen && read !== none) this.#walk.setPrivates(names, read, none)
  }

  /** A variable of the probed frame. */
  local(name, value) {
    if (!this.#isOpen) return
    if (this.#lostLocals > 0) {
      this.#lostLocals++
      return
    }
    const reason = this.#root(LOCAL, textOf(name), value)
    if (reason !== 0) this.#unfit(LOCAL, textOf(name), reason)
  }

  /** A variable that cannot be read, by the number of the reason. */
  missing(name, reason) {
    if (!this.#isOpen) return
    if (this.#lostLocals > 0) {
      this.#lostLocals++
    } else {
      const number = countOf(reason, MOST)
      this.#unfit(LOCAL, textOf(name), number >= UNSET && number <= DEADLINE ? number : UNREADABLE)
    }
  }

  /** Writes a root and its own value: why it was not written, 0 if it was. */
  #root(tag, name, value) {
    const walk = this.#walk
    const { out } = walk
    const { at } = out
    const { defined } = walk.names
    const { opened } = walk
    try {
      const isStopped = walk.tick()
      if (this.#label(tag, name)) {
        if (tag === LOCAL && walk.names.isRedacted(walk.names.of(name))) {
          if (walk.missing(REDACTED)) return 0
        } else if (!isStopped && walk.root(value, this.#waiting < ROOTS)) {
          if (walk.waiting >= 0) this.#wait(value)
          return 0
        }
      }
    } catch {
      walk.rollBack(at, defined, opened)
      return UNREADABLE
    }
    walk.rollBack(at, defined, opened)
    return walk.takeStop()
  }

  #wait(value) {
    const root = this.#nextRoot
    root.value = value
    root.form = this.#walk.waiting
    root.all = this.#walk.waitingAll
    root.ordinal = this.#walk.opened - 1
    root.stringBytes = this.#walk.stringBytes
    this.#nextRoot = root.next
    this.#waiting++
  }

  /** Writes a tag and what the root is called. */
  #label(tag, name) {
    const { out, names } = this.#walk
    if (out.at + MARGIN > out.limit) return this.#walk.full()
    out.one(tag)
    if (tag !== LOCAL) return out.text(name, EXPRESSION_BYTES) || this.#walk.full()
    return names.write(names.of(name), out) || this.#walk.full()
  }

  /** Names a root whose value is not there, or counts it if not even its name fits. */
  #unfit(tag, name, reason) {
    const walk = this.#walk
    const { out } = walk
    const { at } = out
    const { defined } = walk.names
    try {
      if (this.#label(tag, name) && out.at + MARGIN <= out.limit) {
        const isRedacted = tag === LOCAL && walk.names.isRedacted(walk.names.of(name))
        out.two(MISSING, isRedacted ? REDACTED : reason)
        return
      }
    } catch {
      // A name that is none.
    }
    this.#undo(at, defined)
    walk.takeStop()
    if (tag === LOCAL) {
      this.#lostLocals = 1
      this.#lostLocalsReason = reason
    } else {
      this.#lostWatches = 1
      this.#lostWatchesReason = reason
    }
  }

  /** Writes the children of every root and the end: bytes in all. */
  finish() {
    if (!this.#isOpen) return 0
    this.#isOpen = false
    const { out } = this.#walk
    try {
      this.#lost(MORE_WATCHES, this.#lostWatches, this.#lostWatchesReason)
      this.#lost(MORE_LOCALS, this.#lostLocals, this.#lostLocalsReason)
      this.#children()
    } catch {
      // Each root's children are guarded by themselves.
    }
    out.one(END)
    const { at } = out
    try {
      this.#forgetRoots()
      this.#walk.end()
    } catch {
      // Too little stack is left: `begin` does it again.
    }
    return at
  }

  #lost(tag, count, reason) {
    const { out } = this.#walk
    if (count === 0 || out.at + 4 > this.#room) return
    out.two(tag, MathMin(count, MOST_COUNTED))
    out.one(reason)
  }

  #children() {
    const { out } = this.#walk
    let left = this.#waiting
    for (let root = this.#roots; root !== this.#nextRoot; root = root.next) {
      const share = out.at < this.#end ? MathFloor((this.#end - out.at) / left) : 0
      left--
      out.limit = out.at + share
      this.#walk.takeStop()
      this.#walk.stringBytes = root.stringBytes
      if (out.at + MARGIN <= out.limit) this.#childrenOf(root)
    }
  }

  #childrenOf(root) {
    const walk = this.#walk
    const { out } = walk
    const { at } = out
    const { defined } = walk.names
    const { opened } = walk
    out.one(CHILDREN)
    out.varint(root.ordinal)
    try {
      walk.rootChildren(root.value, root.form, root.all)
    } catch {
      walk.rollBack(at, defined, opened)
      out.one(CHILDREN)
      out.varint(root.ordinal)
      out.two(REST, UNREADABLE)
      out.one(CLOSE)
    }
  }
}

module.exports = { __proto__: null, Capture }
