// Cases of what is typed: literals, names, precedence, and what is refused.

import { check, group } from "./javascript_host.mjs";

const VISIBLE = { rule: "a name visible at the line always wins", row: "a visible name wins" };
const BORROWED = { rule: "a spelling that JavaScript has no meaning for is accepted", row: "a borrowed spelling is echoed" };

export function literals() {
  group("literal");
  for (const source of ["0", "5", "1_000", "0xff", "0XFF", "0o17", "0b101", "1.5", ".5", "5.", "1e3", "1.5E-3", "1e21",
    "1e-7", "9007199254740993", "0x20000000000001", "1.7976931348623157e308", "1e400", "-0", "- 5", "0.1",
    "0n", "10n", "-10n", "0xffn", "123456789012345678901234567890n", "1_0n", "null", "true", "false", "undefined",
    "NaN", "Infinity", "-Infinity", "\"a\"", "'a'", "`a`", "`a\nb`", "\"\"", "\"it's\"", "'\\n\\t\\b\\v\\f\\r\\0'",
    "'\\x41\\u00e9\\u{1f600}'", "'\\q\\'\\\"'", "'a\\\nb'", "'\\ud83d\\ude00'", "\"grüße\"", "\"😀\"",
    "0xffffffffffffffffffffff", "\"\\\\\""]) {
    check(source);
  }
  check("010", "", { refused: "a number is malformed" });
  check("1__0", "", { refused: "a number is malformed" });
  check("1_", "", { refused: "a number is malformed" });
  check("0x", "", { refused: "a number is malformed" });
  check("1.5n", "", { refused: "a number is malformed" });
  check("3x", "", { refused: "a number is malformed" });
  check("10L", "", { refused: "a number has no suffix here" });
  check("'a", "", { refused: "a string is not closed" });
  check("'\\ud800'", "", { refused: "an escape sequence" });
  check("'\\01'", "", { refused: "an escape sequence" });
  check("'\\x4'", "", { refused: "an escape sequence" });
  check("`a${x}`", "const x = 1", { refused: "a template with ${" });
  group("echo");
  check("x===5", "const x = 5", { canonical: "x === 5" });
  check("x == 1.0 && y != '1'", "const x = 1; const y = 2", { canonical: "x == 1 && y != \"1\"" });
  check("( ((x)) )", "const x = 5", { canonical: "x" });
  check("a?.[ k ]?.b", "const a = null; const k = 1", { canonical: "a?.[k]?.b" });
  check("(a ?? b) || c", "const a = null; const b = 0; const c = 3", { canonical: "(a ?? b) || c" });
  check("a ?? (b || c)", "const a = null; const b = 0; const c = 3", { canonical: "a ?? (b || c)" });
  check("(-a) ** 2", "const a = 3", { canonical: "(-a) ** 2" });
  check("-(a ** 2)", "const a = 3", { canonical: "-(a ** 2)" });
  check("(-3) ** 2", "", { canonical: "(-3) ** 2" });
  check("2 ** -1", "", { canonical: "2 ** -1" });
  check("(2 ** 3) ** 2", "", { canonical: "(2 ** 3) ** 2" });
  check("2 ** (3 ** 2)", "", { canonical: "2 ** 3 ** 2" });
  check("- -x", "const x = 1", { canonical: "-(-x)" });
  check("+ +x", "const x = 1", { canonical: "+(+x)" });
  check("!(!x)", "const x = 1", { canonical: "!!x" });
  check("typeof(x)", "const x = 1", { canonical: "typeof x" });
  check("(typeof x).length", "const x = 1", { canonical: "(typeof x).length" });
  check("(5).constructor === y", "const y = 1", { canonical: "(5).constructor === y", error: "unreadable", rule: "of an inherited function nothing is told" });
  check("xs.some((x) => x>1)", "const xs = [1, 2]", { canonical: "xs.some(x => x > 1)" });
  check("[1,2,].includes(x)", "const x = 2", { canonical: "[1, 2].includes(x)" });
  check("/a\\/b/i.test( x )", "const x = 'A/B'", { canonical: "/a\\/b/i.test(x)" });
  check("a ? b : c ? 1 : 2", "const a = 0; const b = 1; const c = 1", { canonical: "a ? b : c ? 1 : 2" });
  check("x\n  > 1", "const x = 2", { canonical: "x > 1" });
  check("10N", "", { refused: "a number is malformed" });
  check("x > 0xA", "const x = 11", { canonical: "x > 10" });
  check("x === 1e21", "const x = 1e21", { canonical: "x === 1e+21" });
  check("x === -0", "const x = 0", { canonical: "x === -0" });
  check("x === 5n", "const x = 5n", { canonical: "x === 5n" });
  check("x === NaN || x === Infinity", "const x = Infinity", { canonical: "x === NaN || x === Infinity" });
}

export function names() {
  group("name");
  check("$x + _y", "const $x = 1; const _y = 2");
  check("été", "const été = 1");
  check("undefined === 5", "const undefined = 5", VISIBLE);
  check("NaN === 5", "const NaN = 5", VISIBLE);
  check("None", "const None = 7", VISIBLE);
  check("and", "const and = 7", VISIBLE);
  check("len > 1", "const len = 7", VISIBLE);
  check("of", "const of = 7", VISIBLE);
  check("async === 1", "const async = 1", VISIBLE);
  check("x === None", "const x = null", { ...BORROWED, canonical: "x === null", javascript: "x === null" });
  check("x === nil", "const x = undefined", { ...BORROWED, canonical: "x === null", javascript: "x === null" });
  check("x === True", "const x = true", { ...BORROWED, canonical: "x === true", javascript: "x === true" });
  check("x === False", "const x = true", { ...BORROWED, canonical: "x === false", javascript: "x === false" });
  check("x.in + x.new + x.typeof + x.null + x.default", "const x = { in: 1, new: 2, typeof: 3, null: 4, default: 5 }");
  check("x?.class", "const x = { class: 1 }");
  check("zzz > 1", "", { refused: "no name `zzz`", row: "unknown name" });
  check("totl > 1", "const total = 1", { refused: "no name `totl`" });
  check("x > 1", "let x;", { row: ["unbound local", "reading: unset"] });
  check("typeof x", "let x;");
  check("y || x", "const y = 1; let x;");
  check("this.total > 4", "", { self: { total: 5 } });
  check("this === x", "const x = 1", { self: { a: 1 } });
  check("Math.PI > 3");
  check("Math.abs(x)", "const x = -1; const Math = {}", { refused: "is a name of the application" });
  check("isNaN(x)", "const isNaN = 1; const x = 1", { refused: "is a name of the application" });
}

export function precedence() {
  group("precedence");
  for (const [source, declarations] of [
    ["1 + 2 * 3 ** 2", ""], ["1 + 2 * 3 % 2", ""], ["2 ** 3 ** 2", ""], ["1 | 2 ^ 3 & 4", ""],
    ["1 + 1 << 2", ""], ["5 & 3 === 1", ""], ["1 < 2 === true", ""], ["!x === true", "const x = 0"],
    ["-x ? 1 : 2", "const x = 0"], ["a || b && c", "const a = 0; const b = 1; const c = 2"],
    ["(a || b) && c", "const a = 1; const b = 1; const c = 0"],
    ["a ? b : c || d", "const a = 0; const b = 1; const c = 0; const d = 4"],
    ["typeof x === 'number'", "const x = 1"], ["typeof x.length", "const x = 'a'"],
    ["!(x in o)", "const x = 'a'; const o = { a: 1 }"], ["'a' in o === true", "const o = { a: 1 }"],
    ["a == b == c", "const a = 1; const b = 1; const c = true"], ["-2 * -3", ""], ["~x + 1", "const x = 5"],
    ["1 - 2 - 3", ""], ["16 / 4 / 2", ""], ["8 >> 1 + 1", ""], ["x?.5:1", "const x = 1"], ["x &.5", "const x = 1"], ["a </b/.test(c)", "const a = 0; const c = 'b'"], ["a / b / c", "const a = 8; const b = 2; const c = 2"],
    ["(a) / b / a[0]", "const a = '8'; const b = 2"], ["a\n/ b", "const a = 8; const b = 2"],
    ["a ?? b ?? c", "const a = null; const b = undefined; const c = 3"],
  ]) check(source, declarations, { row: "logic has the host's precedence" });
}

export function refusals() {
  group("refused");
  const refused = (source, text, declarations = "const a = 1; const b = 2; const xs = [1]", row) =>
    check(source, declarations, { refused: text, row });
  for (const sign of ["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "**=", "<<=", ">>=", ">>>=", "&&=", "||=", "??=", ":="]) {
    refused(`a ${sign} b`, `an assignment (\`${sign}\`)`);
  }
  refused("a = b", "an assignment (`=`)");
  refused("(a = b)", "an assignment (`=`)");
  refused("a++", "`++`");
  refused("--a", "`--`");
  for (const sign of ["<>", "<=>", "=~", "->", "::", "?:", "&."]) refused(`a ${sign} b`, `\`${sign}\``);
  refused("[...xs].includes(a)", "a spread");
  refused("@a", "`@`");
  refused("# a in b", "`#`", undefined, "// and # are refused");
  refused("a #b", "`#`", undefined, "// and # are refused");
  refused("#a", "`#a` stands only");
  refused("#a === b", "`#a` stands only");
  refused("1 + #a in b", "`#a` stands only");
  refused("!#a in b", "`#a` stands only");
  refused("typeof #a in b", "`#a` stands only");
  refused("#a in b in xs", "a comparison has two sides");
  refused("a; b", "a second statement");
  refused("\\u0061 > 1", "a backslash outside a string");
  refused("new Date() > a", "`new`");
  refused("super.a", "`super`");
  refused("delete a.b", "`delete`");
  refused("void 0", "`void`");
  refused("xs.some(function (x) { return x })", "a function");
  refused("class A {}", "a class");
  refused("import('fs')", "an import");
  refused("if (a) b", "a statement");
  refused("a if b else 1", "a statement");
  refused("else", "a statement");
  refused("switch (a) {}", "a switch");
  refused("while (a) b", "a loop");
  refused("for (const x of xs) x", "a loop");
  refused("do a", "a loop");
  for (const word of ["break", "case", "catch", "continue", "debugger", "default", "export", "finally", "return", "throw", "try", "with"]) {
    refused(`${word} a`, "a statement");
  }
  for (const word of ["const", "enum", "extends", "var"]) refused(`${word} a`, "a declaration");
  for (const word of ["and", "or", "is", "div", "mod", "unless", "then"]) refused(`a ${word} b`, `\`${word}\``);
  refused("a is not b", "`is`");
  refused("not a", "`not`");
  refused("not (a)", "`not`");
  refused("a elif b", "`elif`");
  refused("lambda x: x", "a lambda");
  refused("len(xs) > 1", "`len`");
  refused("isinstance(a, b)", "`isinstance`");
  refused("any(xs)", "`any`");
  refused("all(xs)", "`all`");
  refused("let a", "a declaration");
  refused("async x => x", "an async function");
  refused("await a", "`await`");
  refused("await a.b", "`await`");
  refused("yield a", "`yield`");
  refused("a < b < 3", "a comparison has two sides", undefined, "chained comparison");
  refused("1 < a <= 3", "a comparison has two sides", undefined, "chained comparison");
  refused("a // b", "a comment", undefined, "// and # are refused");
  refused("a /* b */", "a comment");
  refused("a ?? b || 1", "`??` does not stand beside");
  refused("a || b ?? 1", "`??` does not stand beside");
  refused("a && b ?? 1", "`??` does not stand beside");
  refused("a ?? b && 1", "`??` does not stand beside");
  refused("-a ** 2", "a prefix stands before a power");
  refused("-3 ** 2", "a prefix stands before a power");
  refused("!a ** 2", "a prefix stands before a power");
  refused("typeof a ** 2", "a prefix stands before a power");
  refused("x => x > 1", "an arrow function is an argument here");
  refused("a => b", "an arrow function is an argument here");
  refused("xs.some(a)", "some() takes an arrow function");
  refused("xs.filter(Boolean).length", "filter() takes an arrow function");
  refused("xs.some((x, i) => x > i)", "an arrow function has one parameter");
  refused("xs.some(({ a }) => a)", "some() takes an arrow function");
  refused("xs.some(() => true)", "some() takes an arrow function");
  refused("xs.some(x => { return x })", "the body of an arrow function");
  refused("xs.some(x => x, this)", "expected `)`");
  refused("xs.filter(x => x > 1)", "filter() makes an array");
  refused("xs.map(x => x)[1]", "map() makes an array");
  refused("Object.keys(a)", "keys() makes an array");
  refused("xs.filter(x => x) === 1", "filter() makes an array");
  refused("[1, 2]", "an array literal stands only before");
  refused("[1, 2].length", "an array literal stands only before");
  refused("a in [1, 2]", "an array literal stands only before");
  refused("[1, 2", "expected `]`");
  refused("a === { b: 1 }", "a collection literal");
  refused("/a/", "a pattern stands only before");
  refused("/a/ === b", "a pattern stands only before");
  refused("a.test(b)", "a pattern stands between slashes");
  refused("/a/g.test(a)", "the flag g");
  refused("/a/y.test(a)", "the flag y");
  refused("/a/v.test(a)", "the flag v");
  refused("/a/ii.test(a)", "a flag stands twice");
  refused("/a.test(b)", "a pattern is not closed");
  refused("/a(?=b)/.test(a)", "a look-around");
  refused("/(?<!b)a/.test(a)", "a look-around");
  refused("/(a)\\1/.test(a)", "a reference to a group");
  refused("/(/.test(a)", "the pattern cannot be used");
  refused("/[b-a]/.test(a)", "the pattern cannot be used");
  refused("/\\p{Foo}/u.test(a)", "this `\\p`");
  refused("/é/i.test(a)", "a letter beyond ASCII under the flag i");
  refused("/[à-ü]/i.test(a)", "a range beyond ASCII under the flag i");
  refused("/a**/.test(a)", "a quantifier behind a quantifier");
  refused("/(?:\\w{900}){900}/.test(a)", "more memory");
  refused("f(a)", "would run application code");
  refused("a.f()", "would run application code");
  refused("a.toString()", "would run application code");
  refused("xs.push(1)", "would run application code");
  refused("eval('a')", "would run application code");
  refused("a?.(b)", "calling the result of an expression");
  refused("a[0](b)", "calling the result of an expression");
  refused("xs.includes()", "includes() takes one argument");
  refused("a.toLowerCase(1)", "toLowerCase() takes no argument");
  refused("xs.includes(a = 1)", "an argument by name");
  refused("a[1:2]", "a slice");
  refused("a[1, 2]", "an index of several parts");
  refused("a[]", "expected an index");
  refused("a.", "expected a name");
  refused("(a", "expected `)`");
  refused("a b", "does not belong here");
  refused("a, b", "does not belong here");
  refused("a ^^ b", "expected a value");
  refused("a instanceof 5", "expected a class");
  refused("‽", "has no meaning in a condition");
  refused("", "there is no expression");
}

export function bounds() {
  group("bound");
  check(`x${" || x".repeat(100)}`, "const x = 0", { row: "a flat chain of || has depth 1" });
  check(`${"(".repeat(70)}x${")".repeat(70)}`, "const x = 1", { refused: "nested deeper" });
  check(`x${" + x".repeat(200)}`, "const x = 1", { refused: "more than 256 parts" });
  check(`x === '${"y".repeat(5000)}'`, "const x = 1", { refused: "more than a condition may have" });
  check("a.some(b => b.some(c => c.some(d => d.some(e => e.some(f => f)))))", "const a = []", { refused: "more than 4" });
  const held = Array.from({ length: 60 }, (_, n) => `x + (${n} * (`).join("");
  check(`${held}x${"))".repeat(60)}`, "const x = 1", { refused: "nested deeper" });
  check("xs.some(x => x > 1)", "const xs = Array(20000).fill(0)", { error: "out_of_fuel", rule: "a condition takes so many steps", row: "reading: out of fuel" });
  check("xs.includes(1)", "const xs = Array(20000).fill(0)", { error: "out_of_fuel", rule: "a condition takes so many steps" });
  check("s + s === s", "const s = 'x'.repeat(1500)", { error: "too_long", rule: "there is room for so long a string" });
  check("s > 1", "const s = '1'.repeat(1500)", { error: "too_long", rule: "so long a string is not read as a number" });
  check("s + s === 'x'", "const s = 'x'.repeat(100)");
}
