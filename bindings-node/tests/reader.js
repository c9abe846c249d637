'use strict'

// Reads a capture stream, to see what was written: by the specification, core/src/capture/stream.rs.
//
// Knows no writer. Invariant: bytes that are no stream are an error, and what is read is told in the
// forms of core/src/snapshot/json.rs as far as they go; ordinals are left out but where one is named.

const KINDS = ['list', 'tuple', 'map', 'set', 'frozen_set', 'range', 'text', 'bytes', 'number',
  'instance', 'class', 'function', 'module']
const REASONS = [undefined, 'unset', 'absent', 'needs code', 'not loaded', 'redacted', 'unreadable',
  'depth', 'items', 'fields', 'bytes', 'deadline']
const END = 0x3f

class Reader {
  constructor(bytes, names, objects) {
    this.bytes = Buffer.from(bytes)
    this.at = 0
    this.names = new Array(names).fill('defined before')
    this.objects = new Array(objects).fill(null)
  }

  fail(what) {
    throw new Error(`malformed at byte ${this.at}: ${what}`)
  }

  u8() {
    if (this.at >= this.bytes.length) this.fail('it ends too early')
    return this.bytes[this.at++]
  }

  take(count) {
    if (this.at + count > this.bytes.length) this.fail('it ends too early')
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }

  varint() {
    let number = 0
    for (let weight = 1; ; weight *= 0x80) {
      const byte = this.u8()
      number += (byte & 0x7f) * weight
      if (byte < 0x80) return number
    }
  }

  text(tag = this.u8()) {
    if (tag < 0x10 || tag > 0x17) this.fail(`${tag} is no text`)
    const taken = this.varint()
    const all = tag >= 0x14 ? this.varint() : taken
    if (all < taken) this.fail('a cut text is longer than the whole')
    const isWide = (tag & 3) === 2
    const text = this.take(isWide ? 2 * taken : taken).toString(isWide ? 'utf16le' : 'latin1')
    return tag >= 0x14 ? { $text: text, $length: all } : text
  }

  name() {
    const number = this.varint()
    if (number === this.names.length) this.names.push(this.text())
    if (number > this.names.length) this.fail('a name is not defined')
    return this.names[number]
  }

  reason() {
    return REASONS[this.u8()] ?? this.fail('a reason is unknown')
  }

  bigInt() {
    const isNegative = this.u8() !== 0
    const bits = BigInt(this.u8())
    let value = 0n
    const count = this.varint()
    for (let digit = 0n; digit < count; digit++) {
      value += BigInt(this.take(4).readUInt32LE()) << (digit * bits)
    }
    return isNegative ? -value : value
  }

  bytesValue(isCut) {
    const taken = this.varint()
    const all = isCut ? this.varint() : taken
    const $bytes = this.take(taken).toString('hex')
    return isCut ? { $bytes, $length: all } : { $bytes }
  }

  value(isRoot = false) {
    const tag = this.u8()
    if (tag >= 0x10 && tag <= 0x17) return this.text(tag)
    switch (tag) {
      case 0x00: return null
      case 0x01: return undefined
      case 0x02: return false
      case 0x03: return true
      case 0x04: return this.take(1).readInt8()
      case 0x05: return this.take(4).readInt32LE()
      case 0x06: return this.take(8).readBigInt64LE()
      case 0x07: return { $float: this.take(8).readDoubleLE() }
      case 0x08: return this.bigInt()
      case 0x18: case 0x19: return this.bytesValue(tag === 0x19)
      case 0x26: return this.reference()
      case 0x27: return { $missing: this.reason() }
      case 0x20: return this.children(this.head())
      case 0x21: if (isRoot) return this.head()
    }
    return this.fail(`${tag} is no value`)
  }

  reference() {
    const $ref = this.varint()
    if ($ref >= this.objects.length) this.fail('a reference points ahead')
    return { $ref }
  }

  head() {
    const $kind = KINDS[this.u8()] ?? this.fail('a kind is unknown')
    const object = { $kind, $type: this.name() }
    const all = this.varint()
    if (all > 0) object.$length = all - 1
    this.objects.push(object)
    return object
  }

  children(object) {
    for (;;) {
      const tag = this.bytes[this.at]
      if (tag === 0x25) {
        this.u8()
        return object
      }
      if (tag === 0x24) {
        this.u8()
        object.$missing = this.reason()
        if (this.bytes[this.at] !== 0x25) this.fail('something follows the last child')
      } else if (tag === 0x22) {
        this.u8()
        const key = this.value()
        ;(object.$entries ??= []).push([key, this.value()])
      } else if (tag === 0x23) {
        this.u8()
        const name = this.name()
        ;(object.$fields ??= []).push([name, this.value()])
      } else {
        (object.$items ??= []).push(this.value())
      }
    }
  }

  records() {
    const snapshot = { frames: [], locals: [], watches: [], more: {} }
    for (let tag = this.u8(); tag !== END; tag = this.u8()) this.record(tag, snapshot)
    if (this.at !== this.bytes.length) this.fail('something follows its end')
    return snapshot
  }

  record(tag, snapshot) {
    const { more } = snapshot
    switch (tag) {
      case 0x31: return snapshot.frames.push([this.name(), this.name(), this.varint()])
      case 0x3c:
        return snapshot.frames.push([this.name(), this.name(), this.varint(), this.varint()])
      case 0x32: return (more.frames = this.varint())
      case 0x3b: return (more.framesAtLeast = this.varint())
      case 0x33: return snapshot.watches.push([this.text(), this.value(true)])
      case 0x34: return snapshot.watches.push([this.text(), { $error: this.text() }])
      case 0x36: return snapshot.locals.push([this.name(), this.value(true)])
      case 0x37: return (more.locals = [this.varint(), this.reason()])
      case 0x3a: return (more.watches = [this.varint(), this.reason()])
      case 0x38: return this.children(this.objects[this.varint()] ?? this.fail('no such object'))
    }
    return this.fail(`record ${tag} is unknown`)
  }
}

/** What a stream holds behind the records that defined so many names and opened so many objects. */
const read = (bytes, names = 0, objects = 0) => new Reader(bytes, names, objects).records()

module.exports = { read }
