// Computes what JavaScript's conditions mean, by asking the engine that runs this.
//
// Knows how a case is written (README.md beside this file), and no case. Invariant: a case without a rule
// has what the engine computed, and one with a rule says why it cannot.

import { readFileSync, writeFileSync } from "node:fs";
import { isProxy } from "node:util/types";

export const CASES = [];
let groupName = "";

/** How often code of the application ran, which a condition never runs. */
let ran = 0;

class Cart {
  constructor(total, items = []) {
    this.total = total;
    this.items = items;
  }
  get tax() {
    ran += 1;
    return this.total * 0.19;
  }
  count() {
    ran += 1;
    return this.items.length;
  }
}
class Basket extends Cart {}
class Money {
  constructor(cents) {
    this.cents = cents;
  }
  valueOf() {
    ran += 1;
    return this.cents;
  }
  toString() {
    ran += 1;
    return `${this.cents}`;
  }
}
class Vault {
  #pin = 5;
  #size = 7;
  look(source) {
    return eval(source);
  }
}
class Even {
  static [Symbol.hasInstance](value) {
    ran += 1;
    return value % 2 === 0;
  }
}
class Stack extends Array {
  includes() {
    ran += 1;
    return true;
  }
}
function isOdd(value) {
  ran += 1;
  return value % 2 === 1;
}
const settings = {
  get timeout() {
    ran += 1;
    return 30;
  },
  retries: 3,
};
const guarded = new Proxy({ a: 1 }, {
  get() {
    ran += 1;
    return 1;
  },
  has() {
    ran += 1;
    return true;
  },
  getPrototypeOf() {
    ran += 1;
    return Cart.prototype;
  },
});
/** What every case can name. */
export const WORLD = { Cart, Basket, Money, Vault, Even, Stack, isOdd, settings, guarded };

export function group(name) {
  groupName = name;
}

/**
 * A case. `declarations` are the variables at the probed line (`const x = 5`); `javascript` is what the
 * engine is asked instead of `source`; with `error`, `refused` or `value` it is not asked.
 */
export function check(source, declarations = "", options = {}) {
  const name = `${groupName}: ${source.length > 200 ? `${source.slice(0, 60)}…` : source}`;
  const same = CASES.filter((other) => other.name.replace(/ #\d+$/, "") === name).length;
  CASES.push({ name: same ? `${name} #${same + 1}` : name, source, declarations, ...options });
}

/** A number as the core's harness prints it: the shortest digits that read back. */
function digits(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (magnitude !== 0 && (magnitude < 1e-5 || magnitude >= 1e16)) {
    return sign + magnitude.toExponential().replace("e+", "e");
  }
  let text = String(magnitude);
  if (text.includes("e")) text = magnitude.toFixed(20).replace(/0+$/, "");
  return sign + (text.includes(".") ? text : `${text}.0`);
}

function isWellFormed(text) {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}

function tagText(text) {
  if (text.length > 1000 && text === text[0].repeat(text.length)) {
    return { times: [{ str: text[0] }, text.length] };
  }
  if (isWellFormed(text)) return { str: text };
  return { units: Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)) };
}

/** A value as tagged JSON; objects that `known` has by the variable that holds them. */
function tag(value, known) {
  switch (typeof value) {
    case "undefined":
      return { undefined: true };
    case "boolean":
      return value;
    case "number":
      return { float: digits(value) };
    case "bigint":
      return { bigint: value.toString() };
    case "string":
      return tagText(value);
    case "symbol":
      return known?.has(value) ? { var: known.get(value) } : { symbol: value.description ?? "" };
    case "function":
      if (known?.has(value)) return { var: known.get(value) };
      return /^class\b/.test(Function.prototype.toString.call(value))
        ? tagCallable("class", value, known)
        : tagCallable("function", value, known);
    default:
      return value === null ? null : tagObject(value, known);
  }
}

/** A class or function, with the data that it stores. */
function tagCallable(kind, value, known) {
  if (!known) return { [kind]: value.name };
  const statics = { length: tag(value.length, known), name: tag(value.name, known) };
  for (const key of Object.keys(value)) statics[key] = tag(value[key], known);
  return { [kind]: value.name, statics };
}

/** Names of the classes of an object, its own first. */
function classes(value) {
  const names = [];
  let prototype = Object.getPrototypeOf(value);
  while (prototype) {
    names.push(prototype.constructor.name);
    prototype = Object.getPrototypeOf(prototype);
  }
  return names.length ? names : ["Object"];
}

function tagObject(value, known) {
  if (known?.has(value)) return { var: known.get(value) };
  if (isProxy(value)) return { object: { type: "Object", fields: {}, overrides: ["*"] } };
  const [type, ...bases] = classes(value);
  const each = (items) => Array.from(items, (item) => tag(item, known));
  if (Array.isArray(value)) {
    const items = value.length > 100 && value.every((item) => item === value[0])
      ? { times: [{ list: [tag(value[0], known)] }, value.length] }
      : { list: Array.from(value, (item, at) => (at in value ? tag(item, known) : { missing: "absent" })) };
    return type === "Array" ? items : { subclass: { type, value: items } };
  }
  if (value instanceof Uint8Array) return { bytes: Array.from(value) };
  if (ArrayBuffer.isView(value)) return { numbers: each(value) };
  if (value instanceof Map) return { dict: Array.from(value, ([key, held]) => [tag(key, known), tag(held, known)]) };
  if (value instanceof Set) return { set: each(value) };
  if (!known) return { object: { type } };
  return { object: tagFields(value, type, bases.filter((name) => name !== "Object"), known) };
}

function tagFields(value, type, bases, known) {
  const whole = { type, fields: {} };
  const code = [];
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    // Where an error was made names this machine.
    if (name === "stack") continue;
    if ("value" in property) whole.fields[name] = tag(property.value, known);
    else code.push(name);
  }
  if (code.length) whole.needs_code = code;
  const inherited = {};
  let prototype = Object.getPrototypeOf(value);
  while (prototype && WORLD[prototype.constructor.name]) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (name === "constructor" || Object.hasOwn(inherited, name)) continue;
      inherited[name] = "value" in property ? tag(property.value, known) : { missing: "needs_code" };
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  if (Object.keys(inherited).length) whole.inherited = inherited;
  if (bases.length) whole.bases = bases;
  return whole;
}

/** The core's word for an error of the engine. */
function word(error) {
  const { message } = error;
  if (error instanceof ReferenceError && message.includes("before initialization")) return "unset";
  if (error instanceof RangeError && message.includes("Division by zero")) return "zero_division";
  if (error instanceof RangeError && /non-negative|must be positive/.test(message)) return "domain";
  if (error instanceof TypeError) {
    if (/Cannot read properties of (null|undefined)/.test(message)) return "of_null";
    if (/private member/.test(message)) return "no_attribute";
    if (/Cannot convert undefined or null/.test(message)) return "of_null";
    if (/is not a function$/.test(message) && !message.includes("instanceof")) return "no_attribute";
    return "types";
  }
  throw error;
}

export const DECLARED = /(?:const|let)\s+([\w$\u00c0-\uffff]+)\s*(?==)/gu;
export const UNSET = /let\s+([\w$]+)\s*(?:;|$)/g;

/** The variables of a case, and a function that evaluates it. */
function world(entry) {
  const { declarations } = entry;
  const names = Array.from(declarations.matchAll(DECLARED), (match) => match[1]);
  const unset = Array.from(declarations.matchAll(UNSET), (match) => match[1]);
  const set = declarations.replace(UNSET, "");
  const asked = "expect" in entry ? "undefined" : (entry.javascript ?? entry.source);
  // Private names are known in the class alone.
  const here = entry.inside ? "undefined" : asked;
  const named = Object.keys(WORLD).filter((name) => !names.includes(name) && !unset.includes(name));
  const later = unset.map((name) => `let ${name} = 1;`).join(" ");
  const body = `${set};
    return { values: { ${names.join(", ")} }, run: () => (${here}\n) };
    ${later}`;
  const made = new Function(...named, body).apply(entry.self, named.map((name) => WORLD[name]));
  const run = entry.inside ? () => entry.inside.look(`${set}; ${asked}`) : made.run;
  return { values: made.values, unset, run };
}

function computed(entry) {
  entry.expect = entry.refused ? { refused: entry.refused }
    : entry.error ? { error: entry.error }
    : entry.value ? { value: entry.value[0] } : undefined;
  if (!entry.expect) delete entry.expect;
  if (("expect" in entry && !entry.refused) || entry.javascript) {
    if (!entry.rule) throw new Error(`${entry.name} takes a rule`);
  }
  const { values, unset, run } = world(entry);
  const vars = {};
  const known = new Map();
  const all = [...Object.entries(values), ...(entry.self ? [["this", entry.self]] : [])];
  const words = new Set(entry.source.match(/[\w$\u00c0-\uffff]+/gu));
  for (const [name, value] of Object.entries(WORLD)) {
    if (words.has(name) && !(name in values) && !unset.includes(name)) all.push([name, value]);
  }
  for (const [name, value] of all) {
    vars[name] = tag(value, known);
    if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
      if (value !== null && !known.has(value)) known.set(value, name);
    }
  }
  for (const name of unset) vars[name] = { missing: "unset" };
  Object.assign(vars, entry.vars);
  const whole = { name: entry.name, source: entry.source, vars, expect: entry.expect };
  if (!whole.expect) {
    ran = 0;
    try {
      const value = run();
      whole.expect = { value: tag(value) };
      whole.test = Boolean(value);
    } catch (error) {
      whole.expect = { error: word(error) };
    }
    if (ran && !entry.rule) throw new Error(`${entry.name}: application code ran, which takes a rule`);
  } else if ("value" in whole.expect) {
    whole.test = entry.value[1];
  }
  for (const key of ["canonical", "rule"]) if (entry[key]) whole[key] = entry[key];
  if (entry.row) whole.rows = [entry.row].flat();
  return whole;
}

/** How often code of the application ran since this was last asked. */
export function ranMeanwhile() {
  const before = ran;
  ran = 0;
  return before;
}

/** JSON in ASCII, one case a line. */
function lines(cases) {
  const escape = (text) =>
    text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `[\n${cases.map((entry) => escape(JSON.stringify(entry))).join(",\n")}\n]\n`;
}

/** Writes the file beside this one; with `--check`, compares it. */
export function main(sections) {
  sections.forEach((section) => section());
  const path = new URL("conditions-javascript.json", import.meta.url);
  const cases = CASES.map(computed);
  const text = lines(cases);
  if (!process.argv.includes("--check")) {
    writeFileSync(path, text);
    console.error(`${cases.length} cases`);
    return;
  }
  const kept = readFileSync(path, "utf8").split("\n");
  const faults = text.split("\n").filter((line, at) => line !== kept[at]);
  const version = process.versions.node.split(".")[0];
  console.log(faults.length ? faults.join("\n") : `${cases.length} cases are as Node.js ${version} says`);
  process.exitCode = faults.length || kept.length !== text.split("\n").length ? 1 : 0;
}
