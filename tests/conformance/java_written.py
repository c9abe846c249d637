"""How a condition is written: literals, precedence, what is refused, bounds. Knows no rule about values.

Cases of conditions-java.json, for java_conditions.py.
"""

from java_host import case, group


def literals():
    group("literal")
    for source in [
        "1_000", "0xff", "0xFFFF_FFFF", "0b101", "017", "0", "00", "10L", "0xffL", "017L",
        "0b1L", "2147483647", "-2147483648", "-9223372036854775808L", "9223372036854775807L",
        "0x8000000000000000L", "1e3", "1.5", ".5", "1.", "1f", "1.5F", "1d", "2.5D", "1e-3f",
        "09.5", "1_0.5_0", "null", "true", "false", "'c'", "'\\n'", "'\\''", "'\"'", "'\\u00e9'",
        "'\\101'", "'\\\\'", '"a"', '"a\\tb"', '"\\"\\\\"', '"\\u00e9\\uu0041"', '"\\0\\12\\377x"',
        '"\\s\\b\\f\\r"', '"é❄😀"', '"\\ud83d\\ude00"', '"it\'s"', '""',
    ]:
        case(source)
    for source, canonical in [
        ("0xff", "255"), ("10l", "10L"), ("1e3", "1000.0"), ("1F", "1.0f"), ("'\\u0041'", "'A'"),
        ('"\\u0001\\t"', '"\\001\\t"'), ("(1)", "1"), ("'\\''", "'\\''"), ("1.e2", "100.0"),
        ("'\\t'", "'\\t'"), ('"\\n\\r\\"\'"', '"\\n\\r\\"\'"'), ("1e20", "1e20"),
    ]:
        case(source, canonical=canonical)
    for source, text in [
        ("2147483648", "put L behind it"), ("-2147483649", "put L behind it"),
        ("9223372036854775808L", "write a double"), ("0x1_0000_0000", "put L behind it"),
        ("99999999999999999999L", "write a double"), ("08", "malformed"), ("0x", "malformed"),
        ("1_", "malformed"), ("1__", "malformed"), ("1x", "malformed"), ("0b12", "malformed"),
        ("1e400", "malformed"), ("1e-400", "malformed"), ("1e40f", "malformed"), ("0_x1", "malformed"),
        ("''", "single quotes hold one char"), ("'ab'", "single quotes hold one char"),
        ("'😀'", "single quotes hold one char"), ('"abc', "not closed"), ("'a", "not closed"),
        ('"\\x41"', "escape"), ('"\\ud800"', "escape"), ('"\\u000a"', "escape"), ('"\\u12"', "escape"),
        ('"""a"""', "a text block"), ('"a" "b"', "does not belong here"), ("1if", "malformed"),
        ("1 2", "does not belong here"), ("0x1.8p1", "malformed"),
    ]:
        case(source, refused=text, rule="refused with what to write")


def precedence():
    group("precedence")
    abc = "boolean a = true; boolean b = false; boolean c = true"
    row = "logic has the host's precedence"
    for source in ["a || b && c", "a && b || c", "!a == b", "!(a && b)", "a | b & c", "a ^ b | c",
                   "a == b == c", "a != b == c", "a ? b : c ? a : b", "a && b ? a : c", "!a || !b"]:
        case(source, abc, row=row)
    ints = "int x = 7; int y = 3; int z = 2"
    for source in ["x + y * z", "(x + y) * z", "x - y - z", "x % y * z", "x << y + z", "x + y << z",
                   "x & y | z", "x ^ y & z", "x | y ^ z", "(x & y) == z", "x > y == y > z",
                   "x >> z > y", "-x + y", "~x + y", "- -x", "x - -y", "x+ +y", "x * -y / z",
                   "x > y ? x : y", "x < y == true", "x / y / z", "x - (y - z)", "(x)", "x >>> 1 << 1"]:
        case(source, ints, row=row if "&" in source else None)
    for source, canonical in [
        ("a||b&&c", "a || b && c"), ("(a || b) && c", "(a || b) && c"), ("!(a)", "!a"),
        ("!(a == b)", "!(a == b)"), ("(a == b) == c", "a == b == c"), ("a == (b == c)", "a == (b == c)"),
        ("a ? (b ? a : c) : c", "a ? b ? a : c : c"), ("(a ? b : c) ? a : b", "(a ? b : c) ? a : b"),
        ("a?b:c", "a ? b : c"), ("a ? .5 : 1.5", "a ? 0.5 : 1.5"), ("a?.5:1.5", "a ? 0.5 : 1.5"),
        ("a\n  && b", "a && b"),
    ]:
        case(source, abc, canonical=canonical)
    for source, canonical in [
        ("(x+y)*z", "(x + y) * z"), ("x+(y*z)", "x + y * z"), ("x-(y-z)", "x - (y - z)"),
        ("-(x+y)", "-(x + y)"), ("(long) x + y", "(long) x + y"), ("(long) (x + y)", "(long) (x + y)"),
        ("(int) 3.9", "(int) 3.9"), ("(x) + y", "x + y"), ("(x) - y", "x - y"), ("(x>y)==(y>z)", "x > y == y > z"),
        ("(x == y) == (y == z)", "x == y == (y == z)"), ("x>>>1", "x >>> 1"),
    ]:
        case(source, ints, canonical=canonical)


def refusals():
    group("refused")
    pairs = "int a = 1; int b = 2; int c = 3"
    for source, text in [
        ("a === b", "write =="), ("a !== b", "write !="), ("a <> b", "write !="), ("a <=> b", "compareTo"), ("a =~ b", "matches"), ("a := b", "an assignment"),
        ("a += b", "an assignment"), ("a -= b", "an assignment"), ("a *= b", "an assignment"), ("a /= b", "an assignment"), ("a %= b", "an assignment"), ("a &= b", "an assignment"),
        ("a |= b", "an assignment"), ("a ^= b", "an assignment"), ("a <<= b", "an assignment"), ("a >>= b", "an assignment"), ("a >>>= b", "an assignment"), ("a = b", "an assignment"),
        ("(a = b) == 2", "an assignment"), ("a++", "write a + 1"), ("--a", "write a - 1"), ("a ** b", "write a * a"), ("x -> x", "a lambda"), ("a => b", "write >="), ("Cart::getId", "a method reference"),
        ("a ?? b", "a != null"), ("a ?: b", "a != null"), ("a!!", "does not belong here"), ("a...b", "an ellipsis"), ("@a", "an annotation"), ("# a", "`#`"), ("a # b", "`#`"), ("a; b", "join two conditions with &&"),
        ("`a`", "a backquote"), ("a \\ b", "a backslash"), ("new Cart(1, 2)", "`new`"), ("super.id", "`super`"), ("Cart.class", "a class literal"), ("switch (a)", "a switch"), ("if (a == 1)", "a statement"),
        ("while (a)", "a loop"), ("for (a)", "a loop"), ("do a", "a loop"), ("// a", "a comment"), ("a /* b */", "a comment"), ("a // b", "a comment"),
        ("a and b", "write &&"), ("a or b", "write ||"), ("not a", "write !"), ("not(a)", "write !"), ("a is b", "write =="), ("a in b", "write b.contains(a)"), ("a div b", "write /"), ("a mod b", "write %"),
        ("await a", "cannot wait"), ("yield a", "write the condition alone"), ("typeof a", "instanceof"), ("lambda a", "a lambda"), ("a b", "does not belong here"),
        ("a < b < c", "a comparison has two sides"), ("a > b >= c", "a comparison has two sides"), ("a ? b", "expected `:`"), ("a ? b : ", "expected a value"), ("a : b", "does not belong here"),
        ("a[1:2]", "a slice"), ("a[:2]", "a slice"), ("a[]", "expected an index"), ("a[1, 2]", "several parts"), ("{1, 2}", "a collection literal"), ("[1]", "a collection literal"), ("(a, b)", "expected `)`"), ("a, b", "does not belong here"),
        ("a.", "expected a name"), ("a.1", "does not belong here"), ("", "there is no expression"), ("a +", "expected a value"), ("(a", "expected `)`"), ("a)", "does not belong here"), ("()", "expected a value"), ("a(b)(c)", "would run"),
        ("a.b(c).d(e)", "would run"), ("$x == 1", "no name `$x`"), ("a.length(b)", "takes no argument"), ("Math.abs(a, b)", "takes one argument"), ("Math.min(a)", "takes 2 arguments"), ("a.get(b, c)", "takes one argument"), ("a.getOrDefault(b)", "takes 2 arguments"),
        ("a.contains(b = c)", "an argument by name"), ("¿a", "has no meaning"), ("f\"x\"", "does not belong here"), ("a.matches(b)(c)", "calling the result"),
    ]:
        row = {"a // b": "// and # are refused", "# a": "// and # are refused", "a < b < c": "chained comparison"}
        case(source, pairs, refused=text, rule="refused with what to write", row=row.get(source))
    for word in ["assert", "break", "case", "catch", "continue", "default", "else", "finally", "goto", "import", "package", "return", "synchronized", "throw", "try"]:
        case(f"{word} a", pairs, refused="a statement", rule="refused with what to write")
    for word in ["abstract", "const", "enum", "extends", "final", "implements", "interface", "native", "private", "protected", "public", "static", "strictfp", "throws",
                 "transient", "void", "volatile"]:
        case(f"{word} a", pairs, refused="a definition", rule="refused with what to write")
    group("borrowed")
    null_words = "null words"
    for word in ["None", "nil", "undefined"]:
        case(f"s == {word}", "String s = null", java="s == null", rule="a borrowed word where no such name is", canonical="s == null", row=[null_words, "a borrowed spelling is echoed"])
    for word, spelled in [("True", "true"), ("False", "false")]:
        case(f"b == {word}", "boolean b = true", java=f"b == {spelled}", rule="a borrowed word where no such name is", canonical=f"b == {spelled}")
    case("nil == 5", "int nil = 5", row="a visible name wins", canonical="nil == 5")
    for name in ["and", "or", "is", "in", "not", "len", "any", "val$x", "_x", "été", "record", "var", "print"]:
        case(f"{name} == 5", f"int {name} = 5", row="a visible name wins" if name == "in" else None)


def bounds():
    group("bounds")
    rule = "an expression has bounds"
    case("(" * 70 + "x" + ")" * 70, "int x = 1", refused="nested deeper", rule=rule)
    case(" + ".join(["x"] * 200), "int x = 1", refused="more than 256 parts", rule=rule)
    case("x" + " " * 4100, "int x = 1", refused="more than a condition may have", rule=rule)
    case(" || ".join(f"x == {n}" for n in range(60)), "int x = 59", row="a flat chain of || has depth 1")
    case(" + (".join(["x"] * 62) + ")" * 61, "int x = 1")
    case("! " * 70 + "x", "boolean x = true", refused="nested deeper", rule=rule)
    case("a.equals(b)", "List<Object> a = Shapes.nested(20); List<Object> b = Shapes.nested(20)", error="too_deep", rule="a comparison goes so deep")
    case("a.equals(b)", "List<Object> a = Shapes.nested(9); List<Object> b = Shapes.nested(9)")
    case("a.contains(-1)", "List<Integer> a = new ArrayList<>(Collections.nCopies(12000, 1))", error="out_of_fuel", rule="an evaluation takes so many steps", row="reading: out of fuel")
