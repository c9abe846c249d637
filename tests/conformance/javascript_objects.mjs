// Cases of strings, patterns, arrays, maps, objects, and of what must not be read.

import { check, group } from "./javascript_host.mjs";

const CODE = { error: "needs_code", rule: "it would run application code", row: "reading: needs code" };
const HIDDEN = { error: "redacted", rule: "what is redacted does not leave" };

export function strings() {
  group("string");
  for (const [source, declarations, row] of [
    ["s.length", "const s = 'grüße'", "string length counts 16-bit units"], ["s.length", "const s = '😀a'", "string length counts 16-bit units"],
    ["s.length > 2", "const s = ''"], ["'😀'.length", ""], ["s[0]", "const s = 'abc'", "string index is by 16-bit unit"],
    ["s[0]", "const s = '😀'", "string index is by 16-bit unit"], ["s[1]", "const s = 'é❄'"], ["s[-1]", "const s = 'abc'", "a[-1] and out of range"],
    ["s[3]", "const s = 'abc'", "a[-1] and out of range"], ["s[1.5]", "const s = 'abc'"], ["s['1']", "const s = 'abc'"], ["s['01']", "const s = 'abc'"],
    ["s['length']", "const s = 'abc'"], ["s[k]", "const s = 'abc'; const k = 'length'"], ["s[k]", "const s = 'abc'; const k = 'nope'"],
    ["s[1n]", "const s = 'abc'"], ["'né'[1]", ""], ["'né❄'[2]", ""], ["s.size", "const s = 'abc'", ".size where there is none"],
    ["s.nope", "const s = 'abc'", "attribute absent"], ["s.nope?.x", "const s = 'abc'"], ["x.length", "const x = 5"], ["x.nope", "const x = true"],
    ["s.includes('b')", "const s = 'abc'", "membership"], ["s.includes('')", "const s = 'abc'"], ["s.includes(1)", "const s = 'a1'"],
    ["s.includes(null)", "const s = 'null'"], ["s.includes('é')", "const s = 'grüße é'"], ["s.includes('😀')", "const s = 'a😀'"],
    ["s.startsWith('a')", "const s = 'abc'"], ["s.startsWith('b')", "const s = 'abc'"], ["s.startsWith(1)", "const s = '12'"],
    ["s.endsWith('c')", "const s = 'abc'"], ["s.endsWith('é')", "const s = 'né'"], ["s.endsWith(undefined)", "const s = 'x undefined'"],
    ["s.indexOf('c')", "const s = 'abc'"], ["s.indexOf('x')", "const s = 'abc'"], ["s.indexOf('a')", "const s = '😀a'"],
    ["s.toLowerCase()", "const s = 'ABÉ'"], ["s.toUpperCase()", "const s = 'straße'"], ["s.toUpperCase() === 'ABC'", "const s = 'abc'"],
    ["s.toLowerCase()", "const s = 'İ'"], ["s.trim()", "const s = ' \\ufeff\\u00a0a b\\n'"], ["s.trim().length", "const s = '  '"],
    ["s.toLowerCase().startsWith('ab')", "const s = 'ABC'"], ["x.includes('a')", "const x = null"], ["x.startsWith('a')", "const x = undefined"],
    ["x.includes('a')", "const x = 5"], ["x.toLowerCase()", "const x = 5"], ["x.length", "const x = null"], ["x?.length", "const x = null"],
    ["s", "const s = '\\ud800a'"], ["s[0]", "const s = '\\ud800a'"], ["s === t", "const s = '\\ud800'; const t = '\\ud800'"],
    ["s.startsWith(t)", "const s = 'a'; const t = Symbol('a')"],
  ]) check(source, declarations, { row });
  check("s.toString", "const s = 'abc'", { error: "unreadable", rule: "of an inherited function nothing is told" });
  check("s[k]", "const s = 'abc'; const k = 'trim'", { error: "unreadable", rule: "of an inherited function nothing is told" });
  check("s[k]", "const s = 'abc'; const k = {}", CODE);
  check("s.includes(k)", "const s = 'abc'; const k = {}", CODE);
  check("s.toLowerCase()", "const s = 'ΟΔΟΣ'", { error: "domain", rule: "the lower case of a final sigma is not decided" });
  check("'a😀'[1]", "", { error: "domain", rule: "a literal is UTF-8, which has no half a character" });
}

export function patterns() {
  group("pattern");
  for (const [source, declarations] of [
    ["/b/.test(s)", "const s = 'abc'"], ["/^b/.test(s)", "const s = 'abc'"], ["/c$/.test(s)", "const s = 'abc'"], ["/c$/.test(s)", "const s = 'abc\\n'"],
    ["/^b$/m.test(s)", "const s = 'a\\nb\\nc'"], ["/B/i.test(s)", "const s = 'abc'"], ["/a.c/.test(s)", "const s = 'a\\nc'"], ["/a.c/s.test(s)", "const s = 'a\\nc'"],
    ["/^.$/.test(s)", "const s = '😀'"], ["/^.$/u.test(s)", "const s = '😀'"], ["/^..$/.test(s)", "const s = '😀'"], ["/😀/.test(s)", "const s = 'a😀'"],
    ["/[^a]/.test(s)", "const s = '\\ud800'"], ["/\\ud83d/.test(s)", "const s = '😀'"], ["/\\u{1f600}/u.test(s)", "const s = '😀'"],
    ["/k/i.test(s)", "const s = '\\u212a'"], ["/k/iu.test(s)", "const s = '\\u212a'"], ["/\\w/.test(s)", "const s = 'é'"], ["/\\bb/.test(s)", "const s = 'é b'"],
    ["/\\s/.test(s)", "const s = '\\u00a0'"], ["/\\d{3}-\\d+/.test(s)", "const s = 'no 555-1234'"], ["/^[\\w.]+@[a-z]+\\.com$/i.test(s)", "const s = 'J.D@ACME.com'"],
    ["/[/]/.test(s)", "const s = 'a/b'"], ["/a|b/.test(s)", "const s = 'xb'"], ["/(?:ab)+?/.test(s)", "const s = 'abab'"], ["/(?<y>\\d)/.test(s)", "const s = '1'"],
    ["/\\//.test(s)", "const s = '/'"], ["/null/.test(s)", "const s = null"], ["/^5$/.test(s)", "const s = 5"], ["/undefined/.test(s)", "const s = undefined"],
    ["/true/.test(s)", "const s = true"], ["/^1e\\+21$/.test(s)", "const s = 1e21"], ["/a/.test(s + 'a')", "const s = 'é'"], ["/\\x41\\u0042\\t/.test(s)", "const s = 'AB\\t'"],
    ["/\\p{Lu}/u.test(s)", "const s = 'É'"], ["/[]/.test(s) || /[^]/.test(s)", "const s = 'x'"], ["/^.$/.test(s + t)", "const s = ''; const t = '😀'"],
    ["!/a/.test(s)", "const s = 'b'"], ["/a/.test(s) && s.length > 1", "const s = 'ab'"], ["/[\\d-]+x/.test(s)", "const s = '1-x'"], ["/=/.test(s)", "const s = 'a=b'"],
  ].filter(([source]) => !source.startsWith("/[]/"))) check(source, declarations, { row: "regular expressions search" });
  check("/a/.test(s)", "const s = {}", CODE);
  check("/^a/m.test(s)", "const s = 'b\\ra'", { error: "pattern", rule: "lines that do not end with \\n are not told apart" });
  check("/a/u.test(s)", "const s = '\\ud800'", { error: "domain", rule: "a pattern with the flag u sees no half a character" });
}

export function arrays() {
  group("array");
  const out = "a[-1] and out of range";
  for (const [source, declarations, row] of [
    ["a[0]", "const a = [1, 2]"], ["a[5]", "const a = [1, 2]", out], ["a[-1]", "const a = [1, 2]", out], ["a[0.5]", "const a = [1]"], ["a['0']", "const a = [7]"],
    ["a[k]", "const a = [7]; const k = '0'"], ["a[k]", "const a = [7]; const k = 0n"], ["a[1n - 1n]", "const a = [7]"], ["a.length", "const a = [1, 2]"],
    ["a['length']", "const a = [1, 2]"], ["a[k]", "const a = [1, 2]; const k = 'length'"], ["a.size", "const a = [1]", ".size where there is none"],
    ["a[1]", "const a = [1, , 3]"], ["a[0][1]", "const a = [[1, 2]]"], ["a?.[0]", "const a = null", "optional access"], ["a?.[0].b.c", "const a = undefined", "optional access"],
    ["a[0]", "const a = null", "attribute of null"], ["a[0].b", "const a = []", "attribute of null"], ["a.nope", "const a = [1]", "attribute absent"],
    ["a.includes(2)", "const a = [1, 2]", "membership"], ["a.includes('2')", "const a = [1, 2]", "membership"], ["a.includes(NaN)", "const a = [NaN]", "membership"],
    ["a.includes(undefined)", "const a = [1, , 3]"], ["a.includes(x)", "const a = [{}]; const x = {}"], ["a.includes(x)", "const x = {}; const a = [x]"],
    ["a.includes(0)", "const a = [-0]"], ["a.includes(1n)", "const a = [1n]"], ["a.includes(1n)", "const a = [1]"], ["a.indexOf(2)", "const a = [1, 2]"],
    ["a.indexOf(NaN)", "const a = [NaN]"], ["a.indexOf(undefined)", "const a = [, undefined]"], ["a.indexOf(9)", "const a = [1]"],
    ["[1, 2].includes(x)", "const x = 2", "membership"], ["[1, 2].includes(x)", "const x = '2'"], ["[1, NaN].includes(x)", "const x = NaN"],
    ["['a', 'b'].includes(x)", "const x = 'b'"], ["![1, 2].includes(x)", "const x = 2"], ["[].includes(x)", "const x = 2"], ["[x, y].includes(3)", "const x = 1; const y = 3"], ["[1, x.y].includes(1)", "const x = null"], ["![x, y].includes(3) || [x + 1].includes(2)", "const x = 1; const y = 3"],
    ["[x, y].includes(z) ? 1 : 2", "const x = NaN; const y = 0; const z = NaN"],
    ["[1, x].includes(y + 1)", "const x = 2; const y = 1"], ["[null, undefined].includes(x)", "const x = undefined"], ["[1n].includes(x)", "const x = 1n"],
    ["[true, 'a', 1.5].includes(x)", "const x = 1.5"], ["a", "const a = [1, 'x', null, undefined, true]"], ["Array.isArray(a)", "const a = []"],
    ["Array.isArray(a)", "const a = 'abc'"], ["Array.isArray(a)", "const a = new Uint8Array(1)"], ["Array.isArray(a)", "const a = new Stack()"],
    ["b[0]", "const b = new Uint8Array([7, 8])"], ["b[9]", "const b = new Uint8Array([7, 8])"], ["b.length", "const b = new Uint8Array([7, 8])"],
    ["b.indexOf(8)", "const b = new Uint8Array([7, 8])"], ["b.indexOf('8')", "const b = new Uint8Array([7, 8])"], ["b.includes(8)", "const b = new Uint8Array([7, 8])"], ["b.includes('8')", "const b = new Uint8Array([7, 8])"], ["b.some(x => x > 7)", "const b = new Uint8Array([7, 8])"],
    ["b['length']", "const b = new Uint8Array(2)"], ["b[k]", "const b = new Uint8Array(2); const k = 'length'"],
    ["b[1] + b.length", "const b = new Float64Array([1.5, 2.5])"], ["b.includes(2.5)", "const b = new Float64Array([1.5, 2.5])"],
  ]) check(source, declarations, { row });
  check("b.buffer", "const b = new Uint8Array(2)", { error: "unreadable", rule: "of what byte arrays inherit nothing is told" });
  check("b[k]", "const b = new Uint8Array(2); const k = 'x'", { error: "unreadable", rule: "of what byte arrays inherit nothing is told" });
  check("a.includes(1)", "const a = new Stack()", CODE);
  check("a.some(x => x)", "const a = { some: 1 }", CODE);
  group("arrow");
  const row = "arrow functions over elements";
  for (const [source, declarations] of [
    ["a.some(x => x > 2)", "const a = [1, 3]"], ["a.some(x => x > 5)", "const a = [1, 3]"], ["a.some(x => x)", "const a = []"], ["!a.some(x => x > 5)", "const a = [1]"],
    ["a.every(x => x > 0)", "const a = [1, 3]"], ["a.every(x => x > 1)", "const a = [1, 3]"], ["a.every(x => x)", "const a = []"], ["a.every(x => x) || a.length", "const a = [0]"],
    ["a.some(i => i.price > 10)", "const a = [{ price: 5 }, { price: 15 }]"], ["a.some(x => x.b.c)", "const a = [{ b: { c: 1 } }, null]"], ["a.some(x => x.b)", "const a = [null]"],
    ["a.find(x => x > 1)", "const a = [1, 2, 3]"], ["a.find(x => x > 5)", "const a = [1]"], ["a.find(x => x.id === 2).name", "const a = [{ id: 1 }, { id: 2, name: 'b' }]"],
    ["a.find(x => x.id === 9)?.name", "const a = [{ id: 1 }]"], ["a.find(x => x.id === 9).name", "const a = [{ id: 1 }]"], ["a.find(x => x === undefined) === undefined", "const a = [1, , 3]"],
    ["a.filter(x => x > 1).length", "const a = [1, 2, 3]"], ["a.filter(x => x > 1).length >= 2", "const a = [1, 2, 3]"], ["a.filter(x => x > 1)[0]", "const a = [1, 2, 3]"],
    ["a.filter(x => x > 9)[0]", "const a = [1]"], ["a.filter(x => x > 1).some(x => x > 2)", "const a = [1, 2, 3]"], ["a.filter(x => x > 1).every(y => y > 1)", "const a = [1, 2, 3]"],
    ["a.filter(x => x > 1).includes(1)", "const a = [1, 2]"], ["a.filter(x => x > 1).find(x => x > 2)", "const a = [1, 2, 3]"], ["a.map(x => x.n).includes(2)", "const a = [{ n: 1 }, { n: 2 }]"],
    ["a.map(x => x * 2).some(x => x === 4)", "const a = [1, 2]"], ["a.map(x => x * 2).every(x => x > 2)", "const a = [1, 2]"], ["a.map(x => x * 2)[0]", "const a = [4]"],
    ["a.map(x => x * 2).length", "const a = [4, 5]"], ["a.map(x => x.n).filter(n => n > 1).length", "const a = [{ n: 1 }, { n: 2 }]"],
    ["a.filter(x => x.on).map(x => x.n).find(n => n > 1)", "const a = [{ on: 0, n: 5 }, { on: 1, n: 2 }]"], ["a.map(x => x + 1).map(y => y * 2).includes(6)", "const a = [1, 2]"],
    ["a.filter(x => x.b.c).some(x => x)", "const a = [{ b: { c: 1 } }, null]"], ["a.map(x => x.b).includes(1)", "const a = [{ b: 1 }, null]"],
    ["a.some(x => b.includes(x))", "const a = [1, 2]; const b = [2]"], ["a.some(x => x.some(y => y > x.length))", "const a = [[1], [5, 6]]"],
    ["a.some(x => b.some(x => x > 1) && x === 1)", "const a = [1]; const b = [2]"], ["a.some(x => x > 1)", "const a = [1, , 3]"], ["a.every(x => x !== undefined)", "const a = [1, , 3]"],
    ["a.filter(x => true).length", "const a = [1, , 3]"], ["a?.some(x => x > 0)", "const a = null"], ["a?.filter(x => x > 0).length", "const a = undefined"],
    ["a?.some(x => x > 0)", "const a = [1]"], ["a.some(x => x)", "const a = null"], ["a.some(x => x)", "const a = 'abc'"], ["a.some(x => x)", "const a = 5"],
    ["a.some(x => x === 'é')", "const a = ['é']"], ["a.find(x => x + 'b' === 'ab') + 'c'", "const a = ['a']"], ["a.map(x => x + '!').find(x => x === 'b!')", "const a = ['a', 'b']"],
    ["a.map(x => x > 1 ? 'big' : 'small').includes('big')", "const a = [2]"], ["(a.find(x => x > 1) ?? 0) + 1", "const a = [2]"], ["a.some($ => $)", "const a = [1]"], ["a?.filter(x => x > 0).some(x => x > 1)", "const a = null"], ["a?.filter(x => x > 0).find(x => x > 1)", "const a = [2]"],
    ["a.some(x => x?.b.c)", "const a = [null, { b: { c: 1 } }]"], ["a.filter(x => x?.on).map(x => x.n ?? 5).includes(5)", "const a = [null, { on: 1 }]"], ["a.every(x => [1, 2].includes(x))", "const a = [1, 2]"],
    ["a.some(x => x === null || x === undefined)", "const a = [1, null]"], ["a.find(x => x.some(y => y > 2))", "const a = [[1], [3]]"], ["a.map(x => x.map(y => y * 2).includes(6)).includes(true)", "const a = [[1], [3]]"],
    ["a.filter(x => x > 1).length + a.filter(x => x < 1).length", "const a = [0, 2, 3]"], ["a.map(x => x.n).some(n => n == null)", "const a = [{}, { n: 1 }]"],
    ["a.map(x => x.tags).some(t => t.includes('b'))", "const a = [{ tags: ['a'] }, { tags: ['b'] }]"], ["Object.keys(o).length", "const o = { a: 1, b: 2 }"],
    ["Object.keys(o).includes('a')", "const o = { a: 1 }"], ["Object.keys(o).some(k => k.startsWith('b'))", "const o = { a: 1, b: 2 }"], ["Object.keys(o).length === 0", "const o = {}"],
    ["Object.keys(o).filter(k => o[k] > 1).length", "const o = { a: 1, b: 2 }"], ["Object.keys(o)[0]", "const o = { z: 1, b: 2 }"], ["Object.keys(o).length", "const o = null"],
    ["Object.keys(o).find(k => o[k] === 2)", "const o = { a: 1, b: 2 }"], ["Object.keys(o).map(k => o[k]).includes(2)", "const o = { a: 1, b: 2 }"],
    ["Object.keys(settings).length", ""], ["Object.keys(o).length", "const o = 5"], ["Object.keys(o).some(k => k)", "const o = true"], ["Object.keys(o).length", "const o = new Cart(1)"],
  ]) check(source, declarations, { row });
  check("a.map(x => x).length", "const a = [1, , 3]", { error: "unreadable", rule: "an array with holes is not kept" });
  check("Object.keys(guarded).length", "", CODE);
  check("Object.keys(o).length", "const o = 'abc'", { error: "unreadable", rule: "only an object's own keys are told" });
}

export function maps() {
  group("map");
  for (const [source, declarations, row] of [
    ["m.get('a')", "const m = new Map([['a', 1]])"], ["m.get('b')", "const m = new Map([['a', 1]])", "missing key"], ["m.has('a')", "const m = new Map([['a', 1]])", "membership"],
    ["m.has('b')", "const m = new Map([['a', 1]])"], ["m.size", "const m = new Map([['a', 1]])"], ["m.size > 1", "const m = new Map()"], ["m.get(1)", "const m = new Map([[1, 'x']])"],
    ["m.get('1')", "const m = new Map([[1, 'x']])"], ["m.get(NaN)", "const m = new Map([[NaN, 'x']])"], ["m.get(-0)", "const m = new Map([[0, 'x']])"],
    ["m.get(k)", "const k = {}; const m = new Map([[k, 'x']])"], ["m.get(k)", "const k = {}; const m = new Map([[{}, 'x']])"], ["m.get(1n)", "const m = new Map([[1n, 'x']])"],
    ["m.get(0n + 1n)", "const m = new Map([[1n, 'x']])"], ["m.get(1n - 1n)", "const m = new Map([[0, 'x']])"], ["m.get(1)", "const m = new Map([[1n, 'x']])"],
    ["m.get(undefined)", "const m = new Map([[undefined, 'x']])"], ["m.get('a').b", "const m = new Map([['a', { b: 2 }]])"], ["m.get('z')?.b", "const m = new Map()"],
    ["m.a", "const m = new Map([['a', 1]])", "attribute absent"], ["m.length", "const m = new Map()"], ["m['a']", "const m = new Map([['a', 1]])"],
    ["s.has(2)", "const s = new Set([1, 2])", "membership"], ["s.has(NaN)", "const s = new Set([NaN])"], ["s.size", "const s = new Set([1, 2])"], ["s.has('2')", "const s = new Set([2])"],
    ["m.get('a')", "const m = null"], ["x.has(1)", "const x = [1]"], ["s.get(1)", "const s = new Set([1])"], ["x.get('a')", "const x = 'a'"], ["m", "const m = new Map([['a', 1]])"],
    ["s", "const s = new Set([1])"], ["m.get('é')", "const m = new Map([['é', 1]])"],
  ]) check(source, declarations, { row });
  check("x.get('a')", "const x = { get: () => 1 }", CODE);
  check("m[k]", "const m = new Map(); const k = 'a'", { error: "unreadable", rule: "properties of a map are not looked up" });
}

export function keys() {
  group("in");
  const row = "in is key or index presence";
  for (const [source, declarations] of [
    ["'a' in o", "const o = { a: undefined }"], ["'b' in o", "const o = { a: 1 }"], ["k in o", "const o = { a: 1 }; const k = 'a'"], ["1 in a", "const a = [5, 6]"], ["5 in a", "const a = [5, 6]"],
    ["'1' in a", "const a = [5, 6]"], ["1 in a", "const a = [5, , 6]"], ["'length' in a", "const a = []"], ["-1 in a", "const a = [1]"], ["5 in o", "const o = { 5: 1 }"],
    ["'a' in s", "const s = 'abc'"], ["'a' in x", "const x = null"], ["'a' in x", "const x = 5"], ["k in o", "const o = {}; const k = Symbol('a')"], ["'x' in a", "const a = [1]"],
    ["1n in a", "const a = [5, 6]"], ["0 in b", "const b = new Uint8Array(1)"], ["null in o", "const o = { null: 1 }"], ["'count' in c", "const c = new Cart(1)"], ["1.5 in o", "const o = { 1.5: 1 }"],
    ["undefined in o", "const o = { undefined: 1 }"], ["true in o", "const o = { true: 1 }"],
  ]) check(source, declarations, { row });
  check("k in o", "const o = {}; const k = {}", CODE);
  check("'a' in guarded", "", CODE);
  check("'x' in m", "const m = new Map()", { error: "unreadable", rule: "properties of a map are not looked up" });
  check("'x' in b", "const b = new Uint8Array(1)", { error: "unreadable", rule: "of what byte arrays inherit nothing is told" });
  check("(5n + 5n) in o", "const o = { 10: 1 }");
  check("x in o", "const o = { 1: 1 }; const x = 123456789012345678901234567890n", { error: "too_long", rule: "so long an integer is not written out" });
}

export function objects() {
  group("object");
  for (const [source, declarations, row] of [
    ["o.a", "const o = { a: 1 }", "reading: there"], ["o.a.b", "const o = { a: { b: 2 } }"], ["o.nope", "const o = {}", ["attribute absent", "reading: absent"]], ["o.nope.x", "const o = {}", "attribute of null"],
    ["o.a", "const o = null", "attribute of null"], ["o.a", "const o = undefined", "attribute of null"], ["o?.a", "const o = undefined", "optional access"], ["o?.a.b.c", "const o = null", "optional access"],
    ["o?.a?.b", "const o = {}", "optional access"], ["o.a?.b.c === undefined", "const o = {}", "optional access"], ["(o?.a).b", "const o = null"], ["o['a']", "const o = { a: 1 }"],
    ["o['a b']", "const o = { 'a b': 1 }"], ["o[k]", "const o = { a: 1 }; const k = 'a'"], ["o[k]", "const o = { a: 1 }; const k = 'b'", "missing key"], ["o[1]", "const o = { 1: 'x' }"],
    ["o[1.5]", "const o = { 1.5: 'x' }"], ["o[-1]", "const o = { '-1': 'x' }"], ["o[null]", "const o = { null: 'x' }"], ["o[true]", "const o = { true: 'x' }"], ["o['1']", "const o = { 1: 'x' }"],
    ["o[k].b", "const o = { a: { b: 3 } }; const k = 'a'"], ["o[k]", "const o = null; const k = 'a'"], ["o.length", "const o = { length: 9 }"], ["o.size", "const o = { size: 9 }"],
    ["o.size", "const o = {}", ".size where there is none"], ["c.total > 4", "const c = new Cart(5)"], ["c.items.length", "const c = new Cart(5, [1])"], ["c.count === undefined", "const c = new Cart(5)"],
    ["f.name", "const f = isOdd"], ["f.length", "const f = isOdd"], ["f[k]", "const f = Cart; const k = 'name'"], ["f.nope", "const f = isOdd"], ["f.length", "const f = { length: 3 }"], ["x.a", "const x = 5"], ["x.a", "const x = 5n"], ["x.a", "const x = Symbol('a')"], ["this.a.b", ""],
    ["o.a.b.c.d", "const o = { a: { b: { c: { d: 4 } } } }"], ["o.a && o.a.b", "const o = {}"], ["o", "const o = new Cart(1)"], ["o[k]", "const k = Symbol('a'); const o = {}"],
  ].filter(([source]) => source !== "this.a.b")) check(source, declarations, { row });
  check("this.total * 2 > 9", "", { self: { total: 5 } });
  group("instanceof");
  for (const [source, declarations] of [
    ["c instanceof Cart", "const c = new Cart(1)"], ["c instanceof Cart", "const c = new Basket(1)"], ["c instanceof Basket", "const c = new Cart(1)"], ["c instanceof Object", "const c = new Cart(1)"],
    ["c instanceof Cart", "const c = {}"], ["c instanceof Cart", "const c = null"], ["c instanceof Cart", "const c = 5"], ["a instanceof Array", "const a = []"], ["a instanceof Map", "const a = new Map()"],
    ["e instanceof Error", "const e = new TypeError('x')"], ["e instanceof TypeError", "const e = new TypeError('x')"], ["c instanceof x", "const c = {}; const x = 5"], ["c instanceof x", "const c = {}; const x = {}"],
    ["c instanceof shop.Cart", "const shop = { Cart }; const c = new Cart(1)"], ["!(c instanceof Cart)", "const c = {}"], ["'a' instanceof String", ""], ["b instanceof Uint8Array", "const b = new Uint8Array(1)"],
    ["c instanceof isOdd", "const c = {}"],
  ]) check(source, declarations, { row: "instanceof" });
  check("guarded instanceof Cart", "", CODE);
  group("private field");
  const vault = new (class Vault { #pin = 5; #size = 7; look(source) { return eval(source); } })();
  const fields = { this: { object: { type: "Vault", fields: { "#size": { float: "7.0" } } } } };
  check("this.#size > 6", "", { self: vault, inside: vault, vars: fields, row: "private fields" });
  check("this.#size === 7 && this?.#size === 7", "", { self: vault, inside: vault, vars: fields, row: "private fields" });
  check("other.#size === 7", "const other = { size: 7 }", { inside: vault, row: "private fields" });
  check("other?.#size === undefined", "const other = null", { inside: vault, row: "private fields" });
  check("other.#size === 7", "const other = null", { inside: vault, row: "private fields" });
  check("other['#size'] === 8 && this['#size'] === undefined", "const other = { '#size': 8 }", { self: {}, row: "private fields" });
  check("this.#pin === 5", "", { self: vault, vars: fields, refused: "is redacted" });
  const known = (source, declarations = "") =>
    check(source, declarations, { self: vault, inside: vault, vars: fields, row: "in of a private name" });
  known("#size in this");
  known("!(#size in this)");
  known("#size in this && this.#size > 6");
  known("#size in this === true");
  known("#size in other ? 1 : 2", "const other = { size: 7 }");
  known("#size in other", "const other = () => 1");
  known("#size in other", "const other = [1]");
  known("#size in other", "const other = new Map([['#size', 1]])");
  known("#size in other", "const other = new Proxy({}, {})");
  known("#size in other", "const other = null");
  known("#size in other", "const other = undefined");
  known("#size in other", "const other = 5");
  known("#size in other", "const other = 'text'");
  known("#size in other", "const other = Symbol('s')");
  known("xs.some(x => #size in x)", "const xs = [{}, []]");
  known("#size in null || #size in this");
  known("1 in xs || #size in this.#size", "const xs = []");
  check("#pin in this", "", { self: vault, vars: fields, refused: "is redacted" });
}

export function reading() {
  group("code");
  check("settings.timeout > 1", "", CODE);
  check("settings.retries > 1", "", { row: "reading: there" });
  check("settings[k]", "const k = 'timeout'", CODE);
  check("settings?.timeout", "", CODE);
  check("c.tax", "const c = new Cart(5)", CODE);
  check("guarded.a", "", CODE);
  check("guarded[k]", "const k = 'a'", CODE);
  check("x.valueOf === undefined", "const x = new Money(1)");
  check("x.cents === 5", "const x = new Money(5)");
}

export function redaction() {
  group("redaction");
  const refused = (source, declarations, row) => check(source, declarations, { refused: "is redacted", row });
  refused("password === 'x'", "const password = 'x'", "side door: by name");
  refused("user.password === 'x'", "const user = { password: 'x' }", "side door: by name");
  refused("user?.apiKey", "const user = {}", "side door: by name");
  refused("user['password']", "const user = { password: 'x' }", "side door: by a constant key");
  refused("m.get('password')", "const m = new Map()", "side door: by a constant key");
  refused("m.has('token')", "const m = new Map()", "side door: by a constant key");
  refused("xs.some(password => password > 1)", "const xs = [1]");
  refused("this.#password", "const a = 1");
  check("user[k]", "const user = { password: 'x' }; const k = 'password'", { ...HIDDEN, row: ["side door: by a dynamic key", "reading: redacted"] });
  check("user['pass' + 'word']", "const user = { password: 'x' }", { ...HIDDEN, row: "side door: by a dynamic key" });
  check("m.get(k)", "const m = new Map([['password', 1]]); const k = 'password'", { ...HIDDEN, row: "side door: by a dynamic key" });
  check("m.has(k)", "const m = new Map([['password', 1]]); const k = 'password'", { ...HIDDEN, row: "side door: in" });
  check("'password' in user", "const user = { password: 'x' }", { ...HIDDEN, row: "side door: in" });
  check("k in user", "const user = { password: 'x' }; const k = 'password'", { ...HIDDEN, row: "side door: in" });
  check("Object.keys(user).some(k => user[k] === 'x')", "const user = { password: 'x' }", { ...HIDDEN, row: "side door: some over keys" });
  check("Object.keys(user).map(k => user[k]).includes('x')", "const user = { password: 'x' }", { ...HIDDEN, row: "side door: some over keys" });
  refused("Object.keys(user).includes('password')", "const user = { password: 'x' }", "side door: in");
  check("Object.keys(user).includes(k)", "const user = { password: 'x' }; const k = 'password'", { ...HIDDEN, row: "side door: in" });
  check("Object.keys(user).filter(k => k).includes(j)", "const user = { password: 'x' }; const j = 'password'", { ...HIDDEN, row: "side door: in" });
  check("Object.keys(user).includes(k)", "const user = { name: 'x' }; const k = 'name'");
  check("pair[1] === 'x'", "const pair = ['password', 'x']", HIDDEN);
  check("pair.includes('x')", "const pair = ['password', 'x']", HIDDEN);
  check("pair.some(p => p === 'x')", "const pair = ['password', 'x']", HIDDEN);
  check("user.compass", "const user = { compass: 'n' }");
}
