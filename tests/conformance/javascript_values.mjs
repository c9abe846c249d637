// Cases of values without properties: logic, truth, arithmetic, equality, order.

import { check, group } from "./javascript_host.mjs";

const CODE = { error: "needs_code", rule: "converting an object would run its code" };
const WIDE = { error: "overflow", rule: "exact integers are computed within 64 bits" };

export function logic() {
  group("logic");
  for (const [source, declarations] of [
    ["a && b", "const a = 0; const b = 2"], ["a && b", "const a = 1; const b = ''"], ["a || b", "const a = ''; const b = 'x'"],
    ["a || b", "const a = 'y'; const b = 'x'"], ["!a", "const a = 0"], ["!!a", "const a = 'x'"],
    ["a ?? b", "const a = null; const b = 1"], ["a ?? b", "const a = undefined; const b = 1"], ["a ?? b", "const a = 0; const b = 1"],
    ["a ?? b", "const a = false; const b = 1"], ["a ? 1 : 2", "const a = NaN"], ["a && b && c", "const a = 1; const b = 2; const c = 3"],
    ["a ?? b", "const a = {}; const b = 1"], ["!a ? 'x' : 'y'", "const a = 'z'"], ["(a && b) === null", "const a = null; const b = 1"],
  ]) check(source, declarations, { row: "logic yields the operand" });
}

export function truth() {
  group("truth");
  for (const value of ["0", "-0", "NaN", "''", "null", "undefined", "false", "0n", "1", "-1n", "10n", "'0'", "' '", "[]", "{}",
    "Symbol('a')", "() => 0", "new Map()", "Infinity", "new Uint8Array(0)", "0.5", "new Money(0)"]) {
    check("x ? 1 : 0", `const x = ${value}`, { row: "truth of what is no boolean" });
  }
  check("x", "const x = 'grüße'");
  check("!x.a", "const x = { a: 0 }");
  check("x.a", "const x = { a: true }");
  group("typeof");
  for (const value of ["1", "1n", "'a'", "true", "null", "undefined", "Symbol('a')", "[]", "{}", "() => 0", "Cart", "new Date(0)",
    "/a/", "new Map()", "new Uint8Array(1)", "guarded"]) {
    check("typeof x", `const x = ${value}`, { row: "typeof" });
  }
  check("typeof isOdd === 'function'");
}

export function arithmetic() {
  group("arithmetic");
  for (const [source, row] of [
    ["7 / 2", "7/2"], ["-7 / 2", "-7/2"], ["-7 % 3", "-7%3"], ["7 % -3"], ["5.5 % 2"], ["1 / 0", "division by zero"],
    ["-1 / 0", "division by zero"], ["0 / 0", "division by zero"], ["5 % 0", "division by zero"], ["0.1 + 0.2"], ["2 ** 10"],
    ["2 ** 0.5"], ["NaN ** 0"], ["1 ** Infinity"], ["(-1) ** Infinity"], ["(-8) ** 3"], ["0 ** -1"], ["5 & 3"], ["5 | 3"],
    ["5 ^ 3"], ["~5"], ["~-1"], ["1 << 31"], ["1 << 32"], ["1 << 33"], ["-8 >> 1"], ["-8 >>> 28"], ["-1 >>> 0"], ["2 ** 32 | 0"],
    ["2 ** 31 | 0"], ["(2 ** 53 + 2) | 0"], ["1.9 | 0"], ["-1.9 | 0"], ["NaN | 0"], ["Infinity | 0"], ["1 << -1"],
    ["9007199254740992 + 1", "an integer is a double"], ["9007199254740993 === 9007199254740992", "an integer is a double"],
    ["-9223372036854775808 % -1"], ["1e308 * 10"], ["5 - 8"], ["2 * -0"], ["-(0)"], ["+5"], ["+'5'"], ["-'5'"], ["+''"], ["+' 12 '"],
    ["+'0x1f'"], ["+'0b11'"], ["+'0o17'"], ["+'1e3'"], ["+'abc'"], ["+'1_000'"], ["+'Infinity'"], ["+'-Infinity'"], ["+'infinity'"],
    ["+null"], ["+undefined"], ["+true"], ["~'5'"], ["+'.5'"], ["+'5.'"], ["+'.'"], ["+'--1'"], ["+'+1'"], ["+'\\u00a0\\u20281'"],
    ["'5' * '2'"], ["'5' - 2"], ["'6' / '2'"], ["'a' * 1"], ["null + 1"], ["undefined + 1"], ["true + true"], ["true - '1'"],
    ["null ** 2"], ["'7' % 4"], ["'3' & 1"], ["'3' << '1'"], ["undefined | 0"],
  ]) check(source, "", { row });
  group("concatenation");
  for (const [source, declarations] of [
    ["'a' + 'b'", ""], ["'a' + 1", ""], ["1 + 'a'", ""], ["'a' + 1.5", ""], ["'a' + null", ""], ["'a' + undefined", ""],
    ["'a' + true", ""], ["'a' + -0", ""], ["'a' + NaN", ""], ["'a' + -Infinity", ""], ["'a' + 1e21", ""], ["'a' + 1e-7", ""],
    ["'a' + 0.000001", ""], ["'a' + 123456789012345680000", ""], ["'a' + 10n", ""], ["'a' + -12345678901234567890n", ""],
    ["1 + 2 + 'a' + 1 + 2", ""], ["s + t", "const s = 'grü'; const t = '😀'"], ["s + 'x' + s", "const s = 'é'"],
    ["'' + (0.1 + 0.2)", ""], ["'a' + 5e-324", ""], ["(s + 1).length", "const s = 'ab'"], ["(s + s)[2]", "const s = 'ab'"],
    ["s + 'x'", "const s = 'a'.repeat(3)"],
  ]) check(source, declarations);
  check("'a' + x", "const x = '\\ud800'", { error: "domain", rule: "a computed string is UTF-8" });
  check("'a' + x", "const x = 12345678901234567890123456789012345678901234567890n", { error: "too_long", rule: "so long an integer is not written out" });
  check("'a' + x", "const x = Symbol('s')");
  check("'a' + x", "const x = {}", CODE);
  check("x + 1", "const x = new Money(5)", CODE);
  check("x + x", "const x = []", CODE);
  check("-x", "const x = new Date(0)", CODE);
  check("x * 2", "const x = new Money(5)", CODE);
  check("x - y", "const x = 1; const y = new Uint8Array(1)", CODE);
  check("x * 2", "const x = Symbol('s')");
  group("Math");
  for (const source of ["Math.abs(-5)", "Math.abs('-5')", "Math.abs(null)", "Math.abs(undefined)", "Math.min(3, 1, 2)", "Math.max(3, 1, 2)",
    "Math.min()", "Math.max()", "Math.max(1, NaN)", "Math.min(0, -0)", "Math.max(-0, 0)", "Math.max('3', 2)", "Math.floor(-1.5)",
    "Math.ceil(-1.5)", "Math.ceil(1.2)", "Math.round(2.5)", "Math.round(-2.5)", "Math.round(-0.2)", "Math.round(0.49999999999999994)",
    "Math.round(1e300)", "Math.round(NaN)", "Math.trunc(-1.9)", "Math.sqrt(16)", "Math.sqrt(-1)", "Math.sqrt(2)", "Math.max(5)"]) {
    check(source);
  }
  check("Math.abs(x)", "const x = 5n");
  check("Math.floor(x)", "const x = new Money(1)", CODE);
  check("isNaN(x)", "const x = 'abc'");
  check("isNaN(x)", "const x = undefined");
  check("isNaN(x)", "const x = '5'");
  check("isNaN(x)", "const x = 5n");
  check("Number.isNaN(x)", "const x = NaN");
  check("Number.isNaN(x)", "const x = 'abc'");
  check("Number.isNaN(x)", "const x = {}");
}

export function integers() {
  group("bigint");
  for (const [source, row] of [
    ["2n + 3n"], ["2n - 3n"], ["7n / 2n"], ["-7n / 2n"], ["-7n % 3n"], ["2n ** 10n"], ["5n & 3n"], ["5n | 3n"], ["5n ^ 3n"], ["~5n"],
    ["1n << 40n"], ["-8n >> 1n"], ["8n >> -1n"], ["1n << -1n"], ["-x"], ["1n / 0n", "division by zero"], ["1n % 0n", "division by zero"],
    ["2n ** -1n"], ["1n + 1"], ["1n * '2'"], ["1n + 'a'"], ["1n >>> 0n"], ["+1n"], ["1n - null"], ["1n & 1"], ["-1n >> 100n"],
    ["0n << 100n"], ["-(-9223372036854775808n)"], ["x + 1n > 5"], ["(1n + 1n) === 2n"], ["(x + x) + ''"], ["typeof (x + 1n)"],
    ["(x + 1n) in { }", undefined],
  ].slice(0, -1)) check(source, "const x = 5n", { row: row ?? "BigInt is exact" });
  for (const source of ["9223372036854775807n + 1n", "4294967296n * 4294967296n", "-9223372036854775808n / -1n", "2n ** 64n",
    "1n << 63n", "-x", "18446744073709551616n + 1n", "~18446744073709551616n"]) {
    check(source, "const x = -9223372036854775808n", WIDE);
  }
  group("bigint equality and order");
  for (const source of ["10n == 10", "10n === 10", "10n == '10'", "10n == ' 0xa '", "10n == 'abc'", "10n == ''", "0n == ''", "0n == false", "1n == true",
    "10n == 10.5", "10n < 11", "10n < 10.5", "10n > 10.5", "10n >= '10'", "10n < 'x'", "'9' < 10n", "9 < 10n", "10n < NaN", "10n != 10",
    "9007199254740993n == 9007199254740992", "9007199254740993n > 9007199254740992", "36893488147419103232n > 1e19",
    "36893488147419103232n == 36893488147419103232", "36893488147419103232n < Infinity", "36893488147419103232n === 36893488147419103232n",
    "-36893488147419103232n < 5n", "10n == null", "10n == undefined", "0n === -0n", "x === 5n", "x == 5", "x !== 5n", "x < 6n", "x in [0]",
  ].slice(0, -1)) check(source, "const x = 5n", { row: "BigInt is exact" });
  check("x == '36893488147419103232'", "const x = 36893488147419103232n", { error: "overflow", rule: "a string is read as an exact integer within 64 bits" });
  check("x == {}.y", "const x = 5n", { refused: "a collection literal" });
  check("x == y", "const x = 5n; const y = {}", CODE);
  check("x", "const x = 123456789012345678901234567890n");
  check("x", "const x = 0n");
  check("x == y", "const x = 5n; const y = Symbol('a')");
}

export function equality() {
  group("loose equality");
  const loose = { row: "== is loose on primitives" };
  for (const source of ["null == undefined", "null == 0", "undefined == 0", "null == false", "1 == '1'", "1 == '1.0'", "0 == ''", "0 == ' '",
    "'' == false", "'1' == true", "'a' == 'a'", "true == 1", "true == 2", "true == 'true'", "false == '0'", "NaN == NaN", "0 == -0",
    "1 != '1'", "null != undefined", "'a' != 1", "NaN != NaN"]) check(source, "", loose);
  for (const [source, declarations] of [
    ["x == null", "const x = undefined"], ["x == null", "const x = 0"], ["x == null", "const x = {}"], ["x != null", "const x = 'a'"],
    ["x == undefined", "const x = null"], ["null == x", "const x = undefined"], ["x == 5", "const x = '5'"], ["x == '5'", "const x = 5"],
    ["x == 'a'", "const x = 'a'"], ["x.a == null", "const x = {}"], ["x == y", "const x = Symbol('a'); const y = Symbol('a')"],
    ["x == x", "const x = Symbol('a')"], ["x == 'a'", "const x = Symbol('a')"], ["x == true", "const x = true"],
  ]) check(source, declarations, loose);
  const object = { row: "== of an object and a primitive" };
  check("x == 5", "const x = new Money(5)", { ...CODE, ...object });
  check("x == '5'", "const x = [5]", { ...CODE, ...object });
  check("true == x", "const x = {}", { ...CODE, ...object });
  check("x == 'a'", "const x = new String('a')", { ...CODE, ...object });
  group("strict equality");
  const strict = { row: "=== is strict" };
  for (const source of ["1 === 1", "1 === '1'", "null === undefined", "null === null", "undefined === undefined", "NaN === NaN", "0 === -0",
    "'a' === 'a'", "'a' === 'b'", "true === 1", "1 !== '1'", "NaN !== NaN", "0.1 + 0.2 === 0.3", "'é' === 'e\\u0301'"]) check(source, "", strict);
  for (const [source, declarations] of [
    ["x === 5", "const x = 5"], ["x === 5", "const x = '5'"], ["x === 5", "const x = 5.5"], ["x !== 5", "const x = {}"], ["x === 5", "const x = new Money(5)"],
    ["x === 'a'", "const x = 'a'"], ["x === 'a'", "const x = 5"], ["x === 'é'", "const x = 'é'"], ["x === '😀'", "const x = '😀'"],
    ["x !== 'a'", "const x = null"], ["x === null", "const x = undefined"], ["x === undefined", "const x = undefined"],
    ["x === undefined", "const x = null"], ["x !== null", "const x = undefined"], ["null === x", "const x = null"], ["x.a === undefined", "const x = {}"],
    ["x.a === 5", "const x = { a: 5 }"], ["x.a === 'b'", "const x = { a: 'b' }"], ["x.a === null", "const x = { a: null }"],
    ["x === true", "const x = true"], ["x === true", "const x = 1"], ["x === 1.5", "const x = 1.5"], ["x === NaN", "const x = NaN"],
    ["5 === x", "const x = 5"], ["'a' !== x", "const x = 'b'"], ["x === 2147483648", "const x = 2147483648"],
  ]) check(source, declarations, strict);
  const identity = { row: "objects by identity" };
  for (const [source, declarations] of [
    ["x === y", "const x = {}; const y = x"], ["x === y", "const x = {}; const y = {}"], ["x == y", "const x = []; const y = []"],
    ["x == y", "const x = []; const y = x"], ["x !== y", "const x = {}; const y = {}"], ["x === Cart", "const x = Cart"],
    ["x == y", "const x = new Money(1); const y = new Money(1)"], ["x === y", "const x = new Uint8Array(2); const y = new Uint8Array(2)"],
    ["x === guarded", "const x = 1"], ["guarded === guarded", ""],
  ]) check(source, declarations, identity);
  check("x === y", "const x = new Uint8Array(0); const y = new Uint8Array(0)", { error: "identity", rule: "whether two empty arrays are one cannot be seen" });
  check("x === null", "const x = null", { row: "null and undefined are distinct under ===" });
  check("x === null", "const x = undefined", { row: ["null and undefined are distinct under ===", "null words"] });
  check("x === NaN", "const x = NaN", { row: "NaN is equal to nothing" });
}

export function order() {
  group("order");
  for (const [source, declarations, row] of [
    ["1 < 2", ""], ["2 <= 2", ""], ["3 > 2", ""], ["1 >= 2", ""], ["'a' < 'b'", ""], ["'B' < 'a'", ""], ["'10' < '9'", ""], ["'10' < 9", ""],
    ["10 > '9'", ""], ["'a' < 1", "", "NaN has no order"], ["null < 1", ""], ["null >= 0", ""], ["undefined < 1", "", "ordering against undefined"],
    ["undefined >= undefined", "", "ordering against undefined"], ["x > 1", "const x = undefined", "ordering against undefined"],
    ["x < 1", "const x = NaN", "NaN has no order"], ["x >= 1", "const x = NaN", "NaN has no order"], ["true < 2", ""],
    ["'' < 1", ""], ["'😀' < '\\uffff'", "", "string order is by 16-bit units"], ["'é' > 'z'", "", "string order is by 16-bit units"], ["'ab' > 'a'", ""],
    ["x > 10", "const x = 11"], ["x > 10", "const x = 10.5"], ["x > 10", "const x = '11'"], ["10 < x", "const x = 11"], ["x.a > 10", "const x = { a: 11 }"],
    ["x <= -1", "const x = -0.5"], ["x > y", "const x = 2; const y = 1"], ["x > y", "const x = 'b'; const y = 'a'"],
    ["x < 5", "const x = Symbol('a')"], ["x > 1", "const x = null"], ["x >= 9007199254740993", "const x = 9007199254740992"],
    ["x > 'a'", "const x = '\\ud800'"],
  ]) check(source, declarations, { row });
  check("x > 5", "const x = new Money(6)", CODE);
  check("x < y", "const x = []; const y = []", CODE);
  check("x > y", "const x = new Date(5); const y = new Date(4)", CODE);
}
