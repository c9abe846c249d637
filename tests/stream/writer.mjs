// Writes the capture stream of every case in JavaScript, by the specification alone
// (core/src/capture/stream.rs): what a runtime's own writer will do, without the runtime.
//
//     node writer.mjs CASES.json FOLDER        writes FOLDER/0.stream, FOLDER/1.stream, …
//
// Values are described as tests/conformance/README.md says. Names are left to the reader's redaction.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const KINDS = ["list", "tuple", "map", "set", "frozen_set", "range", "text", "bytes", "number",
  "instance", "class", "function", "module"];
const PLAIN_TYPES = ["list", "tuple", "dict", "set", "frozenset", "range", "Text", "Bytes", "Number",
  "Thing", "type", "function", "module"];
const UNSIZED = new Set(["instance", "text", "bytes", "number"]);
const REASONS = { unset: 1, absent: 2, needs_code: 3, not_loaded: 4, redacted: 5, unreadable: 6,
  out_of_fuel: 11 };
const REST = { depth: 7, items: 8, fields: 9 };
const TAG = { null: 0x00, undefined: 0x01, false: 0x02, true: 0x03, int8: 0x04, int32: 0x05,
  int64: 0x06, float: 0x07, bigInt: 0x08, float32: 0x09, text: 0x10, textCut: 0x14, bytes: 0x18,
  bytesCut: 0x19, open: 0x20, head: 0x21, entry: 0x22, field: 0x23, rest: 0x24, close: 0x25,
  ref: 0x26, missing: 0x27, thread: 0x30, frame: 0x31, local: 0x36, children: 0x38, end: 0x3f };
const DEFAULTS = { depth: 3, items: 100, fields: 50, string_bytes: 256 };
const SHORTEST_I64 = -(2n ** 63n);
const LONGEST_I64 = 2n ** 63n - 1n;

class Writer {
  buffer = Buffer.alloc(1 << 16);
  at = 0;
  names = new Map();
  ordinals = new Map();
  opened = 0;
  labels = new Map();

  constructor(limits) {
    this.limits = { ...DEFAULTS, ...limits };
  }

  u8(value) { this.buffer[this.at++] = value; }
  u32(value) { this.at = this.buffer.writeUInt32LE(value, this.at); }
  u64(value) { this.at = this.buffer.writeBigUInt64LE(BigInt(value), this.at); }

  varint(number) {
    let rest = BigInt(number);
    for (; rest >= 0x80n; rest >>= 7n) this.u8(Number(rest & 0x7fn) | 0x80);
    this.u8(Number(rest));
  }

  raw(bytes) { this.at += bytes.copy(this.buffer, this.at); }

  header(header) {
    this.u8(1);
    this.u8(0);
    this.at += 2;
    this.u32(header.site);
    this.buffer.write(header.probe, this.at, "latin1");
    this.at += 8;
    this.u32(header.revision);
    this.at += 4;
    for (const key of ["number", "time_ns", "monotonic_ns", "took_ns", "thread_id"]) {
      this.u64(header[key]);
    }
    this.at += 16;
  }

  // Units whose UTF-8 takes at most `most` bytes; a pair of surrogates is not parted.
  taken(text, most) {
    let units = 0;
    for (let bytes = 0; units < text.length;) {
      const point = text.codePointAt(units);
      bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (bytes > most) break;
      units += point > 0xffff ? 2 : 1;
    }
    return units;
  }

  text(text, most = Infinity) {
    const taken = this.taken(text, most);
    const part = text.slice(0, taken);
    const wide = /[^\x00-\x7f]/.test(part);
    this.u8((taken < text.length ? TAG.textCut : TAG.text) + (wide ? 2 : 0));
    this.varint(taken);
    if (taken < text.length) this.varint(text.length);
    this.raw(Buffer.from(part, wide ? "utf16le" : "latin1"));
  }

  name(name) {
    const known = this.names.get(name);
    if (known !== undefined) return this.varint(known);
    this.varint(this.names.size);
    this.text(name);
    this.names.set(name, this.names.size);
  }

  integer(value) {
    if (value >= -128n && value < 128n) {
      this.u8(TAG.int8);
      this.at = this.buffer.writeInt8(Number(value), this.at);
    } else if (value >= -(2n ** 31n) && value < 2n ** 31n) {
      this.u8(TAG.int32);
      this.at = this.buffer.writeInt32LE(Number(value), this.at);
    } else if (value >= SHORTEST_I64 && value <= LONGEST_I64) {
      this.u8(TAG.int64);
      this.at = this.buffer.writeBigInt64LE(value, this.at);
    } else {
      const digits = [];
      for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 32n) {
        digits.push(Number(rest & 0xffffffffn));
      }
      this.u8(TAG.bigInt);
      this.u8(value < 0n ? 1 : 0);
      this.u8(32);
      this.varint(digits.length);
      digits.forEach((digit) => this.u32(digit));
    }
  }

  float(value) {
    this.u8(TAG.float);
    this.at = this.buffer.writeDoubleLE(value, this.at);
  }

  bytes(hex, times) {
    const all = Buffer.from(hex.repeat(times), "hex");
    const taken = Math.min(all.length, this.limits.string_bytes);
    this.u8(taken < all.length ? TAG.bytesCut : TAG.bytes);
    this.varint(taken);
    if (taken < all.length) this.varint(all.length);
    this.raw(all.subarray(0, taken));
  }

  // Writes a value that has no children; false if it is an object.
  leaf(value) {
    const most = this.limits.string_bytes;
    if (value === null) this.u8(TAG.null);
    else if (typeof value === "boolean") this.u8(value ? TAG.true : TAG.false);
    else if (typeof value === "string") this.text(value, most);
    else if (typeof value === "number") {
      if (Number.isInteger(value)) this.integer(BigInt(value));
      else this.float(value);
    } else if ("undefined" in value) this.u8(TAG.undefined);
    else if ("missing" in value) {
      this.u8(TAG.missing);
      this.u8(REASONS[value.missing]);
    } else if ("int" in value) this.integer(BigInt(value.int));
    else if ("float32" in value) {
      this.u8(TAG.float32);
      this.at = this.buffer.writeFloatLE(Number(value.float32), this.at);
    } else if ("float" in value) {
      this.float({ nan: NaN, inf: Infinity, "-inf": -Infinity }[value.float] ?? Number(value.float));
    } else if ("bytes" in value) this.bytes(value.bytes, value.times ?? 1);
    else if ("text" in value) this.text(value.text.repeat(value.times ?? 1), most);
    else if ("units" in value) this.text(String.fromCharCode(...value.units), most);
    else return false;
    return true;
  }

  thing(value) {
    if ("same" in value) return this.labels.get(value.same);
    if (value.label !== undefined) this.labels.set(value.label, value);
    return value;
  }

  children(thing) {
    const items = [...(thing.items ?? [])];
    for (let item = 0; item < (thing.range ?? 0); item++) items.push(item);
    return { items, entries: thing.entries ?? [], fields: thing.fields ?? [] };
  }

  length(thing) {
    if (thing.len !== undefined) return thing.len;
    const { items, entries, fields } = this.children(thing);
    return UNSIZED.has(thing.kind) ? null : items.length + entries.length + fields.length;
  }

  open(tag, thing) {
    const kind = KINDS.indexOf(thing.kind);
    this.u8(tag);
    this.u8(kind);
    this.name(thing.type ?? PLAIN_TYPES[kind]);
    const length = this.length(thing);
    this.varint(length === null ? 0 : length + 1);
    return this.opened++;
  }

  remember(thing, ordinal) {
    if (this.length(thing) !== 0) this.ordinals.set(thing, ordinal);
  }

  refer(thing) {
    const ordinal = this.ordinals.get(thing);
    if (ordinal === undefined) return false;
    this.u8(TAG.ref);
    this.varint(ordinal);
    return true;
  }

  value(value, level) {
    if (this.leaf(value)) return;
    const thing = this.thing(value);
    if (this.refer(thing)) return;
    const ordinal = this.open(TAG.open, thing);
    if (level < this.limits.depth) {
      this.remember(thing, ordinal);
      this.some(thing, level + 1);
    } else {
      this.labelled(thing);
      this.tooDeep(thing);
    }
  }

  // Writes what is shown of an object whose children are too deep, and CLOSE.
  tooDeep(thing) {
    const { items, entries, fields } = this.children(thing);
    let left = items.length + entries.length + fields.length;
    if (UNSIZED.has(thing.kind)) {
      if (thing.kind !== "instance" && "underlying" in thing) this.leaf(thing.underlying);
      if (items.length > 0 && this.leaf(items[0])) left -= 1;
    }
    if (left > 0) this.rest("depth");
    this.u8(TAG.close);
  }

  // Learns the labels inside an object whose children are not written.
  labelled(value) {
    if (typeof value !== "object" || value === null) return;
    if (value.label !== undefined) this.labels.set(value.label, value);
    Object.values(value).forEach((inner) => this.labelled(inner));
  }

  rest(reason) {
    this.u8(TAG.rest);
    this.u8(REST[reason]);
  }

  // Writes the children of an object up to the limits, and CLOSE.
  some(thing, level) {
    const { items, entries, fields } = this.children(thing);
    const most = this.limits.items;
    if (["text", "bytes", "number"].includes(thing.kind) && "underlying" in thing) {
      this.leaf(thing.underlying);
    }
    items.slice(0, most).forEach((item) => this.value(item, level));
    entries.slice(0, Math.max(0, most - items.length)).forEach(([key, value]) => {
      this.u8(TAG.entry);
      this.value(key, level);
      this.value(value, level);
    });
    if (items.length + entries.length > most) {
      this.rest("items");
    } else {
      fields.slice(0, this.limits.fields).forEach(([name, value]) => {
        this.u8(TAG.field);
        this.name(name);
        this.value(value, level);
      });
      if (fields.length > this.limits.fields) this.rest("fields");
    }
    this.u8(TAG.close);
  }

  locals(locals) {
    const waiting = [];
    for (const [name, value] of locals) {
      this.u8(TAG.local);
      this.name(name);
      if (this.leaf(value)) continue;
      const thing = this.thing(value);
      if (this.refer(thing)) continue;
      const ordinal = this.open(TAG.head, thing);
      this.remember(thing, ordinal);
      if (this.length(thing) !== 0) waiting.push([ordinal, thing]);
    }
    for (const [ordinal, thing] of waiting) {
      this.u8(TAG.children);
      this.varint(ordinal);
      if (this.limits.depth > 0) {
        this.some(thing, 1);
      } else {
        this.tooDeep(thing);
      }
    }
  }

  stream(header, locals) {
    this.header(header);
    this.u8(TAG.thread);
    this.text(header.thread);
    this.u8(TAG.frame);
    this.name(header.file);
    this.name(header.function);
    this.varint(header.line);
    this.locals(locals);
    this.u8(TAG.end);
    return this.buffer.subarray(0, this.at);
  }
}

const [cases, folder] = process.argv.slice(2);
const { header, cases: all } = JSON.parse(readFileSync(cases, "utf8"));
all.forEach((one, index) => {
  const bytes = new Writer(one.limits).stream(header, one.locals);
  writeFileSync(join(folder, `${index}.stream`), bytes);
});
