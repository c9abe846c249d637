"""The cases of conditions-java.json.

Knows what is typed and with which variables; java_host.py asks the JDKs what it comes to. Invariant:
a case that the JDK cannot decide says by which rule it comes out.

    python3 java_conditions.py HOME_OF_NEWEST_JDK HOME_OF_JDK_17
    python3 java_conditions.py --check
"""

from java_host import case, group, main

VALUE = "strings and boxes are equal by value"
CODE = "what would run application code fails"
BOOLEAN = "only booleans are true or false"
FITS = "what does not fit together is an error"
CARD = 'Map<String, Integer> m = new HashMap<>(Map.of("password", 1, "a", 2))'


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


def logic():
    group("logic")
    row = "logic is of booleans only"
    for a in ("true", "false"):
        for b in ("true", "false"):
            for source in ["a && b", "a || b", "a & b", "a | b", "a ^ b", "a == b", "a != b"]:
                case(source, f"boolean a = {a}; boolean b = {b}", row=row if "&&" in source else None)
    case("!a", "boolean a = true")
    case("a", "Boolean a = true")
    case("a", "Boolean a = null")
    case("!!a", "boolean a = true", canonical="!!a")
    case("!a", "Boolean a = null")
    case("a && b", "Boolean a = null; boolean b = true")
    case("b || a", "Boolean a = null; boolean b = true")
    for variables, source in [
        ("int a = 1", "!a"), ("int a = 1", "a && true"), ("String a = \"x\"", "a || true"),
        ("Cart a = new Cart(1, 2)", "!a"), ("List<Integer> a = new ArrayList<>()", "a ? 1 : 2"),
        ("double a = 1.0", "!a"), ("char a = 'x'", "!a"),
    ]:
        case(source, variables, error="types", rule=BOOLEAN, row="truth of what is no boolean")
    case("a ? 1 : 2", "Boolean a = null")


NUMBERS = ["byte a = (byte) 200", "short a = (short) 40000", "char a = 'a'", "int a = 7", "int a = -7",
           "int a = Integer.MAX_VALUE", "int a = Integer.MIN_VALUE", "long a = 7L",
           "long a = Long.MAX_VALUE", "long a = Long.MIN_VALUE", "float a = 1.1f", "double a = 1.1",
           "double a = Double.NaN", "double a = -0.0", "Integer a = 5", "Long a = 5L",
           "Character a = 'b'", "Double a = 2.5", "Float a = 2.5f", "double a = 1e300",
           "float a = Float.POSITIVE_INFINITY"]


def arithmetic():
    group("arithmetic")
    wide, long = "width is carried: 32 bits", "width is carried: 64 bits"
    for variable in NUMBERS:
        row = wide if "MAX_VALUE" in variable and "int" in variable else None
        row = long if "Long.MAX" in variable else row
        for source in ["a + 1", "a * 3", "a - 1L", "a / 2", "a % 3", "-a", "+a", "a + 0.5f", "a * 1.5"]:
            case(source, variable, row=row)
    for variable in NUMBERS:
        if "double" in variable.lower() or "float" in variable.lower():
            continue
        for source in ["~a", "a & 6", "a | 8L", "a ^ 3", "a << 33", "a >> 1", "a >>> 1", "a >>> 33L"]:
            case(source, variable)
    for source, row in [("7 / 2", "7/2"), ("-7 / 2", "-7/2"), ("-7 % 3", "-7%3"), ("7 % -3", None),
                        ("7 / 2.0", None), ("7.5 % -2", None), ("-7.5 % 2", None), ("7.5f % 2", None)]:
        case(source, row=row)
    for source in ["a / b", "a % b"]:
        for variables in ["int a = 1; int b = 0", "long a = 1; int b = 0", "double a = 1; int b = 0",
                          "int a = 0; double b = 0", "float a = -1; long b = 0", "char a = 'x'; byte b = 0",
                          "int a = Integer.MIN_VALUE; int b = -1",
                          "long a = Long.MIN_VALUE; long b = -1"]:
            row = ["division by zero"] if "0" in variables[-2:] else ["i64::MIN / -1"]
            case(source, variables, row=row)
    row = "an integer with a float is promoted"
    for source in ["a + b", "a * b", "a == b", "a < b", "a >= b", "a - b"]:
        for variables in ["long a = 9007199254740993L; double b = 9007199254740992.0",
                          "int a = 16777217; float b = 16777216f", "long a = Long.MAX_VALUE; float b = 1f",
                          "float a = 0.1f; double b = 0.1", "char a = 'a'; int b = 97",
                          "byte a = -1; char b = 65535", "int a = -1; long b = 4294967295L"]:
            case(source, variables, row=row)
    group("char")
    for source in ["c + 1", "c - 'a'", "(char) (c + 1)", "c >= 'a' && c <= 'z'", "c == 100", "c > 'b'",
                   "c * c", "(int) c", "c == 'd'", "'a' + 'b'", "c ^ 32"]:
        case(source, "char c = 'd'", row="char arithmetic")
    group("null")
    for source in ["a + 1", "-a", "a * 2", "1 / a", "a << 1", "a < 1", "1 >= a", "(int) a", "a == 1",
                   "a != 1", "1 == a", "a > a"]:
        case(source, "Integer a = null", row="attribute of null" if source == "a + 1" else None)
    case("a == 1.5", "Double a = null")
    case("a == 'x'", "Character a = null")
    case("a == true", "Boolean a = null")
    case("a == b + 1", "Long a = null; int b = 1")
    group("types")
    for source, variables in [
        ("a + 1", "Cart a = new Cart(1, 2)"), ("a * 2", 'String a = "x"'), ("a - b", 'String a = "x"; int b = 1'),
        ("a & 1", "double a = 1"), ("~a", "float a = 1"), ("a << 1", "double a = 1"),
        ("1 << a", "double a = 1"), ("-a", "boolean a = true"), ("a + 1", "boolean a = true"),
        ("a + b", "boolean a = true; boolean b = true"), ("a & 1", "boolean a = true"),
        ("a ^ 1.5f", "int a = 1"), ("a / 2", "List<Integer> a = List.of(1)"), ("-a", 'String a = "x"'),
        ("a | b", "long a = 1; double b = 1"), ("(int) a", 'String a = "1"'),
        ("(boolean) a", "int a = 1"), ("(long) a", "boolean a = true"),
    ]:
        case(source, variables, error="types", rule=FITS)


def conversion():
    group("cast")
    values = ["int a = 300", "int a = -1", "long a = 4294967297L", "double a = 3.99", "double a = -1e20",
              "double a = Double.NaN", "float a = 70000.5f", "char a = '\\uffff'", "byte a = -1",
              "double a = 1e300"]
    for variable in values:
        for primitive in ["byte", "short", "char", "int", "long", "float", "double"]:
            case(f"({primitive}) a", variable)
    case("(boolean) a", "boolean a = true")
    case("(int) a", "Integer a = 5")
    case("(long) a", "Integer a = 5")
    case("(double) x / y", "int x = 7; int y = 2")
    case("(int) (x / y)", "double x = 7; double y = 2")
    case("(byte) ~x", "int x = 5")
    case("(long) -x", "int x = Integer.MIN_VALUE")
    case("(float) 0.1 == 0.1f")
    case("(int) 'a'")
    group("choice")
    for source in ["a ? 1 : 2.5", "a ? 1 : 2L", "a ? 1.5f : 1", "a ? 'x' : 1.0", "a ? 1 : 2", "a ? \"x\" : \"y\"",
                   "(a ? x : 2.0) / 2", "(a ? x : 2) / 2", "a ? x : 1L", "a ? null : \"y\"",
                   "(a ? 1 : 0) == 1", "a ? (long) x : x", "(a ? 3 : 4.0) == 3"]:
        for value in ("true", "false"):
            case(source, f"boolean a = {value}; int x = 5")


def equality():
    group("equality")
    row = "== of numbers after promotion"
    for source in ["a == b", "a != b"]:
        for variables in ["int a = 1; long b = 1", "int a = 1; double b = 1.0", "char a = 'a'; int b = 97",
                          "double a = Double.NaN; double b = Double.NaN", "double a = 0.0; double b = -0.0",
                          "float a = 0.1f; double b = 0.1", "long a = Long.MAX_VALUE; double b = 9.223372036854775807e18",
                          "byte a = 1; short b = 1", "Integer a = 5; int b = 5", "long a = 5; Integer b = 5"]:
            case(source, variables, row=[row, "NaN is equal to nothing"] if "NaN" in variables else row)
    for source in ["a == b", "a != b", "a.equals(b)", "Objects.equals(a, b)"]:
        for variables in ["Cart a = new Cart(1, 2); Cart b = a", "Cart a = new Cart(1, 2); Cart b = new Cart(1, 2)",
                          "int[] a = {1}; int[] b = {1}", "int[] a = {1}; int[] b = a",
                          "Status a = Status.OPEN; Status b = Status.OPEN", "Status a = Status.OPEN; Status b = Status.PAID"]:
            case(source, variables, row="== of references is identity")
    for source in ["a == b", "a != b"]:
        case(source, "Money a = new Money(1); Money b = new Money(1)", row="== of references is identity")
        case(source, "Money a = new Money(1); Money b = a")
        case(source, "Point a = new Point(1, 2); Point b = new Point(1, 2)")
        case(source, "List<Integer> a = new ArrayList<>(List.of(1)); List<Integer> b = new ArrayList<>(List.of(1))")
        case(source, "List<Integer> a = new ArrayList<>(List.of(1)); List<Integer> b = a")
        case(source, "Cart a = null; Cart b = null")
        case(source, "Cart a = new Cart(1, 2); Cart b = null")
        case(source, "String a = null; String b = null")
        case(source, 'String a = "x"; String b = null')
    by_value = "== of strings and boxes is by value"
    for variables in ['String a = new String("abc"); String b = "abc"', 'String a = "abc"; String b = "abd"',
                      'String a = new String("é❄"); String b = new String("é❄")',
                      "Integer a = 1000; Integer b = 1000", "Long a = 1000L; Long b = 1001L",
                      "Double a = 1.5; Double b = 1.5", "Integer a = 1000; Integer b = null",
                      "Character a = '\\u1234'; Character b = '\\u1234'"]:
        case("a == b", variables, java="Objects.equals(a, b)", rule=VALUE, row=by_value)
        case("a != b", variables, java="!Objects.equals(a, b)", rule=VALUE, row=by_value)
    case('a == "abc"', 'String a = new String("abc")', java='a.equals("abc")', rule=VALUE, canonical='a == "abc"')
    case('"abc" == a', 'String a = new String("abc")', java='a.equals("abc")', rule=VALUE)
    case('a != "abc"', "String a = null")
    case('a.b.equals("x")', refused="no name `a`", rule="an unknown name is refused", row="unknown name")
    case("a == 1000", "Integer a = 1000")
    case("a == null", "String a = null", canonical="a == null")
    case("null != a", 'String a = "x"')
    case("a.next == null", "Cart a = new Cart(1, 2)")
    case("a == null", "Integer a = 5")
    case("null == null")
    for source, variables in [
        ("a == 1", "boolean a = true"), ("a == b", "boolean a = true; int b = 1"), ("a == 5", 'String a = "5"'),
        ('a == "5"', "int a = 5"), ("a == 'a'", 'String a = "a"'), ("a == 5", "Cart a = new Cart(5, 5)"),
        ("a != true", "double a = 1"), ("a == b", "List<Integer> a = List.of(1); long b = 1"),
    ]:
        case(source, variables, error="types", rule=FITS)
    case("o == s", 'Object o = new Cart(1, 2); String s = "x"')
    group("equals")
    strict = ".equals is strict on type"
    for variables in ["Integer a = 1; Object b = 1", "Integer a = 1; Object b = 1L", "Long a = 1L; Object b = 1",
                      "Long a = 1L; Object b = 1L", "Double a = 1.0; Object b = 1", "Double a = Double.NaN; Object b = Double.NaN",
                      "Double a = 0.0; Object b = -0.0", "Float a = 1f; Object b = 1.0", "Float a = Float.NaN; Object b = Float.NaN",
                      "Character a = 'a'; Object b = 97", "Character a = 'a'; Object b = 'a'",
                      "Boolean a = true; Object b = true", "Boolean a = true; Object b = 1",
                      'String a = "x"; Object b = "x"', 'String a = "x"; Object b = \'x\'', 'String a = "x"; Object b = null',
                      'String a = "x"; Object b = new Cart(1, 2)', 'Cart a = new Cart(1, 2); Object b = "x"',
                      "Cart a = new Cart(1, 2); Object b = null", "String a = null; Object b = null",
                      "Integer a = null; Object b = 1", "Status a = Status.PAID; Object b = null",
                      "Float a = 0f; Object b = -0f"]:
        case("a.equals(b)", variables, row=strict)
        case("Objects.equals(a, b)", variables)
    for variables in ["List<Object> a = new ArrayList<>(List.of(1, \"x\")); List<Object> b = List.of(1, \"x\")",
                      "List<Object> a = new ArrayList<>(List.of(1)); List<Object> b = List.of(1L)",
                      "List<Object> a = List.of(1, 2); List<Object> b = List.of(1)",
                      "Map<String, Object> a = new HashMap<>(Map.of(\"x\", 1)); Map<String, Object> b = Map.of(\"x\", 1)",
                      "Map<String, Object> a = Map.of(\"x\", 1); Map<String, Object> b = Map.of(\"x\", 2)",
                      "Map<String, Object> a = Map.of(\"x\", 1); Map<String, Object> b = Map.of(\"y\", 1)",
                      "Set<Integer> a = new HashSet<>(List.of(1)); Set<Integer> b = Set.of(1)",
                      "Set<Integer> a = Set.of(1); Set<Integer> b = Set.of(2)",
                      "List<Integer> a = List.of(1); Set<Integer> b = Set.of(1)",
                      "List<List<Integer>> a = List.of(List.of(1)); List<List<Integer>> b = List.of(List.of(1))",
                      "List<Object> a = Arrays.asList(1, null); List<Object> b = Arrays.asList(1, null)"]:
        case("a.equals(b)", variables)
    case('a.equals("abc")', 'String a = new String("abc")', canonical='a.equals("abc")')
    case('"abc".equals(a)', 'String a = null')
    for variables in ["Money a = new Money(1); Money b = new Money(1)", "Money a = new Money(1); Money b = a",
                      "Point a = new Point(1, 2); Point b = new Point(1, 2)",
                      "Optional<String> a = Optional.of(\"x\"); Optional<String> b = Optional.of(\"x\")"]:
        case("a.equals(b)", variables, error="needs_code", rule=CODE, row="a user equals")
    case("Objects.equals(a, b)", "Money a = new Money(1); Money b = new Money(1)", error="needs_code", rule=CODE)
    case("Objects.equals(a, b)", "Money a = new Money(1); Money b = a")


def ordering():
    group("order")
    for source in ["a < b", "a <= b", "a > b", "a >= b"]:
        for variables in ["int a = 1; long b = 2", "double a = Double.NaN; int b = 1", "char a = 'b'; char b = 'a'",
                          "long a = Long.MIN_VALUE; double b = -9.3e18", "Integer a = 1000; Integer b = 1000",
                          "float a = 0.1f; double b = 0.1", "double a = -0.0; double b = 0.0"]:
            case(source, variables, row="NaN has no order" if "NaN" in variables else None)
        case(source, 'String a = "a"; String b = "b"', error="types", rule=FITS, row="string order")
        case(source, "boolean a = true; boolean b = false", error="types", rule=FITS)
        case(source, "Cart a = new Cart(1, 2); Cart b = a", error="types", rule=FITS)
        case(source, "Status a = Status.OPEN; Status b = Status.PAID", error="types", rule=FITS)
    case("a < b", 'String a = null; String b = "b"', error="of_null", rule=FITS)
    case("x > 10", "int x = 11")
    case("10 < x", "int x = 11", canonical="10 < x")
    case("x > 10L", "int x = 10")
    case("x > 3000000000L", "long x = 3000000001L")
    case("x >= 10", "Integer x = null")
    case("x == 16777217", "float x = 16777216f")
    case("a.compareTo(b)", 'String a = "apple"; String b = "banana"', row="string order")
    for variables in ['String a = "a"; String b = "abc"', 'String a = "é"; String b = "z"',
                      'String a = "\\ud83d\\ude00"; String b = "\\uffff"', "Integer a = 5; Integer b = 9",
                      "Long a = 5L; Long b = 5L", "Double a = Double.NaN; Double b = 1.0", "Double a = 0.0; Double b = -0.0",
                      "Float a = 1f; Float b = 2f", "Character a = 'd'; Character b = 'a'", "Boolean a = true; Boolean b = false",
                      'String a = null; String b = "x"', 'String a = "x"; String b = null']:
        case("a.compareTo(b)", variables)
    case("a.compareTo(b) < 0", 'String a = "apple"; String b = "banana"')
    case("a.compareTo(b)", "Integer a = 5; Long b = 5L", error="types", rule=FITS)
    case("a.compareTo(b)", "Status a = Status.OPEN; Status b = Status.PAID", error="needs_code", rule=CODE)


STRINGS = ['""', '" "', '"abc"', '" a b\\t"', '"Straße"', '"ÀÉ"', '"é❄"', '"a😀b"', '"\\u2003x\\u00a0"', '"\\u0001x\\u0000"', '"ABC"']


def strings():
    group("string")
    for value in STRINGS:
        for source in ["s.length()", "s.isEmpty()", "s.isBlank()", "s.toLowerCase()", "s.toUpperCase()", "s.trim()",
                       "s.strip()", 's.contains("b")', 's.startsWith("a")', 's.endsWith("b")', "s.indexOf('b')",
                       's.indexOf("b")', "s.charAt(1)", 's + "!"', "s.indexOf(98)"]:
            row = {"s.length()": "string length counts 16-bit units", "s.charAt(1)": "string index is by 16-bit unit"}
            case(source, f"String s = {value}", row=row.get(source))
    for source in ["s.charAt(-1)", "s.charAt(3)", "s.charAt(i)", "s.indexOf(\"\")", "s.contains(\"\")", "s.startsWith(\"\")",
                   "s.endsWith(s)", "s.indexOf(128512)", "\"abc\".length()", "\"abc\".contains(s)", "s.charAt('\\1')",
                   "s.strip().length()", "s.toUpperCase().equals(\"ABC\")", "(s + s).length()", "s.trim().isEmpty()"]:
        case(source, 'String s = "abc"; int i = 2', row="a[-1] and out of range" if "(-1)" in source else None)
    for source in ["s.length()", "s.isEmpty()", 's.contains("x")', "s.trim()", "s.toLowerCase()", "s.charAt(0)",
                   's.matches("x")', 's.equals("x")', 's.equalsIgnoreCase("x")', 's.startsWith("x")', "s.indexOf(\"x\")",
                   "s.isBlank()", "s.strip()", 's.endsWith("x")']:
        case(source, "String s = null", row="attribute of null" if "length" in source else None)
    for source in ["s.contains(t)", "s.startsWith(t)", "s.endsWith(t)", "s.indexOf(t)", "s.equalsIgnoreCase(t)"]:
        case(source, 'String s = "x"; String t = null')
    for a, b in [("abc", "ABC"), ("ß", "SS"), ("É", "é"), ("ı", "I"), ("İ", "i"), ("a", "ab"), ("ǰ", "J̌"), ("Σ", "ς"),
                 ("K", "k"), ("😀", "😀")]:
        case("a.equalsIgnoreCase(b)", f'String a = "{a}"; String b = "{b}"')
    for a, b in [("a😀", "😀"), ("a😀", "\\ude00"), ("😀", "\\ud83d"), ("❄é", "é")]:
        for source in ["a.endsWith(b)", "a.startsWith(b)", "a.contains(b)", "a.indexOf(b)"]:
            case(source, f'String a = "{a}"; String b = "{b}"')
    case("s.toLowerCase()", 'String s = "ΑΣ"', error="domain", rule="a final sigma's lower case depends on its neighbours")
    case("s.toLowerCase()", 'String s = "\\ud800"', error="domain", rule="a surrogate alone is no character")
    case('s.equalsIgnoreCase("\\u1f88")', 'String s = "\\u1f80"', error="domain", rule="Greek with an iota below has two upper cases")
    group("concatenation")
    for source in ['"a" + 1', '1 + 2 + "a"', '"a" + 1 + 2', "'a' + 1 + \"x\"", '"x" + \'c\'', '"x" + null', '"x" + true',
                   '"x" + 5L', "s + t", "t + s", '"n" + i + "/" + l', "(s + i).length()", '"x" + -2147483648', "s + c",
                   '"" + s == "ab"']:
        case(source, 'String s = "ab"; String t = null; int i = 5; long l = 6L; char c = \'é\'',
             **({"java": '("" + s).equals("ab")', "rule": VALUE} if "==" in source else {}))
    for value in ["1.0", "0.1", "100.0", "1e7", "1.5e10", "1e-3", "1e-4", "1.0E23", "4.9E-324", "2e-323", "1.7976931348623157e308",
                  "0.0/0", "-1/0.0", "-0.0", "2.0E-3", "123456789.125", "9007199254740993.0", "0.30000000000000004", "2.2250738585072014E-308"]:
        case('"x" + d', f"double d = {value}")
    for value in ["1f", "0.1f", "1e10f", "3.4028235e38f", "1.0e-3f", "1.17549435E-38f", "16777216f", "0.3f", "33554432f"]:
        case('"x" + f', f"float f = {value}")
    case('"x" + a', "Cart a = new Cart(1, 2)", error="needs_code", rule=CODE)
    case('"x" + a', "Money a = new Money(1)", error="needs_code", rule=CODE)
    case('"x" + a', "Status a = Status.OPEN", error="needs_code", rule=CODE)
    case("a + b", "Object a = null; Object b = null", error="of_null", rule="null with null is no string for certain")
    case('s + s + s + s', 'String s = "' + "x" * 300 + '"', error="too_long", rule="a computed string has a bound")
    group("matches")
    row = "regular expressions match all"
    for pattern, text in [("a+", "aaa"), ("a+", "aab"), ("a|ab", "ab"), ("^a.c$", "abc"), ("a$", "a\\n"), ("(?i)abc", "aBC"),
                          ("(?i)k", "\\u212a"), ("\\\\w+", "né"), ("\\\\d{2,3}", "12"), ("\\\\s*", " \\t"), ("\\\\s", "\\u00a0"), (".", "\\u0085"),
                          ("(?s).", "\\n"), ("[a-c&]+", "a&"), ("[^a]", "b"), ("\\\\p{Alpha}+", "abc"), ("\\\\p{Lu}", "É"), ("\\\\.", "."),
                          ("[\\\\w.]+@[a-z]+", "a.b@c"), ("", ""), ("(ab)+?", "abab"), ("\\\\bfoo\\\\b", "foo"), ("x{2}", "xx"), ("(?:a|b)*", "abba"),
                          ("é❄", "é❄"), ("\\\\u00e9", "é"), (".", "😀"), ("..", "😀"), ("\\\\Aa\\\\z", "a"), ("(?<y>a)b", "ab"), ("[\\\\d\\\\-]+", "1-2"),
                          ("\\\\x41\\\\e\\\\t", "A\\u001b\\t"), ("[^\\\\W]", "a"), ("(?i)[^k]", "K"), ("\\\\D\\\\S", "ab")]:
        case(f's.matches("{pattern}")', f'String s = "{text}"', row=row)
    case('s.matches("\\\\bé")', 'String s = "é"', error="pattern", rule="a word's end beside a character beyond ASCII differs by version")
    for pattern, text in [("a(?=b)", "look-around"), ("(?<!a)b", "look-around"), ("(a)\\\\1", "reference"), ("a++", "possessive"),
                          ("(?>a)", "atomic"), ("a$b", "`$`"), ("[a&&b]", "intersection"), ("[a[b]]", "a class within"), ("(?m)a", "the flag m"),
                          ("a(?i)b", "a flag inside"), ("\\\\Q", "`\\Q`"), ("[]a]", "begins with"), ("[a", "not closed"), ("\\\\p{Foo}", "\\p"),
                          ("a**", "quantifier"), ("(", "unclosed"), ("{", "without a number"), ("(\\\\w{500}){500}", "memory"), ("\\\\ud800", "number of a character"),
                          ("(?i)[A-z]", "range"), ("[\\\\b]", "a place"), ("[a-\\\\d]", "a range to"), ("a\\\\", "a backslash at the end")]:
        case(f's.matches("{pattern}")', 'String s = "x"', refused=text, rule="refused with what to write")
    case("s.matches(t)", 'String s = "x"; String t = "x"', refused="a pattern is a string literal", rule="patterns are compiled once")
    case("n.matches(\"a\")", "int n = 1", error="no_attribute", rule="a number has no methods")
    case('s.matches("a")', "Cart s = new Cart(1, 2)", error="needs_code", rule=CODE)


def containers():
    group("list")
    numbers = "List<Integer> a = new ArrayList<>(List.of(3, 4, 5)); int i = 1"
    for source in ["a.size()", "a.isEmpty()", "a.get(0)", "a.get(i)", "a.get(3)", "a.get(-1)", "a.contains(4)", "a.contains(9)",
                   "a.contains(4L)", "a.contains(null)", "a.indexOf(5)", "a.indexOf(9)", "a.get(0) == 3", "a.get(i) + a.get(0)",
                   "a.size() > 2 && a.get(2) == 5"]:
        row = {"a.get(3)": "a[-1] and out of range", "a.contains(4)": "membership"}
        case(source, numbers, row=row.get(source), canonical=source)
    case("a.contains(c)", "Cart c = new Cart(1, 2); List<Cart> a = new ArrayList<>(List.of(c))")
    case("a.contains(c)", "Cart c = new Cart(1, 2); List<Cart> a = new ArrayList<>(List.of(new Cart(1, 2)))")
    case("a.contains(null)", "List<Cart> a = Arrays.asList(null, null)")
    case('a.contains("x")', 'List<String> a = List.of("y", "x")', row="membership")
    case('a.contains(s)', 'List<String> a = new ArrayList<>(List.of("y", "é❄")); String s = "é❄"')
    case("a.contains(m)", "Money m = new Money(1); List<Money> a = List.of(new Money(1))", error="needs_code", rule=CODE)
    case("a.size()", "List<Integer> a = null")
    case("a.get(0)", "List<Integer> a = null")
    case("a.contains(1)", "List<Integer> a = null")
    case("a.isEmpty()", "List<Integer> a = List.of()")
    case("a.get(0).name", 'List<Item> a = new ArrayList<>(List.of(new Item("pen", 2.5)))')
    case("a.items.get(0).getName()", "Cart a = new Cart(1, 2)")
    case("a.get(x)", "List<Integer> a = List.of(1); long x = 0", error="types", rule=FITS)
    case("a.get(x)", "List<Integer> a = List.of(1); Integer x = null")
    case("a[0]", "List<Integer> a = List.of(1)", error="types", rule=FITS)
    case("a.containsKey(1)", "List<Integer> a = List.of(1)", error="no_attribute", rule="a list has no keys")
    case("a.charAt(0)", "List<Integer> a = List.of(1)", error="no_attribute", rule="a list has no characters")
    case("a.contains(1)", "Stack a = new Stack()", error="needs_code", rule=CODE)
    case("a.size()", "Stack a = new Stack()", error="needs_code", rule=CODE, row="reading: needs code")
    case("a.get(0)", "Cart a = new Cart(1, 2)", error="needs_code", rule=CODE)
    case("a.contains(1)", "Cart a = new Cart(1, 2)", error="needs_code", rule=CODE)
    case("a.contains(1)", "int a = 1", error="no_attribute", rule="a number has no methods")
    case("a.equals(b)", "List<Integer> a = List.of(); Stack b = new Stack()", error="needs_code", rule=CODE)
    group("map")
    ages = 'Map<String, Integer> m = new HashMap<>(Map.of("ann", 30, "bob", 40)); String k = "bob"'
    for source in ['m.get("ann")', "m.get(k)", 'm.get("zoe")', 'm.get("zoe") == null', "m.containsKey(k)", 'm.containsKey("zoe")',
                   "m.containsValue(30)", "m.containsValue(31)", 'm.getOrDefault("zoe", 7)', "m.getOrDefault(k, 7)", "m.size()", "m.isEmpty()",
                   'm.get("ann") > 20', 'm.get("zoe") > 20', "m.get(null)", "m.get(5)", "m.containsValue(null)"]:
        row = {'m.get("zoe")': "missing key", "m.containsKey(k)": "membership"}
        case(source, ages, row=row.get(source), canonical=source)
    case("m.get(2)", 'Map<Integer, String> m = new TreeMap<>(Map.of(1, "a", 2, "b"))')
    case("m.get(2L)", 'Map<Integer, String> m = new HashMap<>(Map.of(1, "a", 2, "b"))')
    case("m.get('x')", "Map<Character, Integer> m = new HashMap<>(Map.of('x', 1))")
    case("m.get(s)", "Status s = Status.PAID; Map<Status, Integer> m = new EnumMap<>(Map.of(Status.PAID, 1))")
    case('m.get("x").id', 'Map<String, Cart> m = new HashMap<>(Map.of("x", new Cart(9, 1)))')
    case('m.get("y").id', 'Map<String, Cart> m = new HashMap<>(Map.of("x", new Cart(9, 1)))')
    case("m.size()", "Map<String, Integer> m = null")
    case('m.get("a")', "Map<String, Integer> m = null")
    case('m.contains("a")', "Map<String, Integer> m = Map.of()", error="no_attribute", rule="a map has no contains")
    case("m.keySet()", "Map<String, Integer> m = Map.of()", error="no_attribute", rule="views are not read")
    case('m.getOrDefault("a", 1)', "List<Integer> m = List.of()", error="no_attribute", rule="a list has no keys")
    case("m.containsValue(1)", "List<Integer> m = List.of()", error="no_attribute", rule="a list has no keys")
    case("c.counts.get(\"x\")", "Cart c = new Cart(1, 2)")
    group("set")
    for source in ["s.contains(1)", "s.contains(3)", "s.contains(1L)", "s.size()", "s.isEmpty()"]:
        case(source, "Set<Integer> s = new HashSet<>(List.of(1, 2))", row="membership" if "contains(1)" in source else None)
    case('s.contains("x")', 'Set<String> s = new LinkedHashSet<>(List.of("x"))')
    case("s.get(0)", "Set<Integer> s = Set.of(1)", error="no_attribute", rule="a set has no get")
    group("array")
    for source in ["a.length", "a[0]", "a[i]", "a[2]", "a[-1]", "a[0] + a[1]", "a[i] == 4 && a.length == 2", "a['\\1']"]:
        case(source, "int[] a = {3, 4}; int i = 1", row="a[-1] and out of range" if source in ("a[2]", "a[-1]") else None)
    for variables in ["byte[] a = {-1}", "char[] a = {'x'}", "long[] a = {5L}", "double[] a = {1.5}", "String[] a = {\"x\"}",
                      "boolean[] a = {true}", "Cart[] a = {null}", "float[] a = {1.5f}", "short[] a = {-5}", "int[] a = null"]:
        case("a[0]", variables)
        case("a.length", variables)
    case("a[1][0]", "int[][] a = {{1}, {2}}")
    case("a[0].id", "Cart[] a = {new Cart(7, 1)}")
    case("c.sizes[1]", "Cart c = new Cart(1, 2)")
    case("a[x]", "int[] a = {1}; long x = 0", error="types", rule=FITS)
    case("a[x]", "int[] a = {1}; Integer x = null")
    case("s.length", 'String s = "x"', error="no_attribute", rule="a string's length is a method")
    case("a.length()", "int[] a = {1}", error="no_attribute", rule="an array's length is no method")
    group("optional")
    for source in ["o.isPresent()", "o.isEmpty()", "o.get()", 'o.isPresent() && o.get().equals("x")']:
        for variables in ['Optional<String> o = Optional.of("x")', "Optional<String> o = Optional.empty()"]:
            case(source, variables)
    case("h.name.get()", "Holder h = new Holder()")


def objects():
    group("object")
    cart = 'Cart a = new Cart(7, 99, new User("ann", 30))'
    for source in ["a.id", "a.total", "a.getId()", "a.total()", "a.owner.age > 20", "a.owner().getName()", "a.discount",
                   "a.next", "a.next.id", "a.next.next", "a.discount == null", "a.discount > 1", "a.status == Status.OPEN", "a.items.size()",
                   "a.id == 7 && a.total > 10", "a.next.getId()", "a.owner.getName().equals(\"ann\")", "a.status.code()", "a.total / 2"]:
        row = {"a.id": "reading: there", "a.next.id": "attribute of null"}
        case(source, cart, row=row.get(source))
    case("a.getDouble()", cart, error="needs_code", rule=CODE, row="reading: needs code")
    case("a.size()", cart, error="needs_code", rule=CODE)
    case("a.nothing", cart, error="no_attribute", rule="an absent field is an error", row=["attribute absent", "reading: absent"])
    case("a.nothing()", cart, error="no_attribute", rule="an absent method is an error", row="attribute absent")
    case("a.id", "int a = 1", error="no_attribute", rule="a number has no fields")
    case("a.id", 'String a = "x"', error="no_attribute", rule="a string's fields are not read")
    case("a.setId(5)", cart, refused="calling .setId() would run application code", rule="only pure methods are called")
    case("a.id == 7", "Cart a = null")
    case("a.getId()", "Cart a = null")
    case("a", "Cart a = new Cart(1, 2)")
    case("a?.id", "Cart a = null", java="null", rule="an optional access short-circuits the whole chain", row="optional access", canonical="a?.id")
    case("a?.owner.name", "Cart a = null", java="null", rule="an optional access short-circuits the whole chain")
    case("a?.owner.name", cart, java="a.owner.getName()", rule="an optional access")
    case("a.next?.id == null", cart, java="true", rule="an optional access")
    case("a?.getId() == 7", cart, java="a.getId() == 7", rule="an optional access", canonical="a?.getId() == 7")
    case("x == 1", "int x", error="unset", rule="a variable without a value is an error", row=["unbound local", "reading: unset"])
    case("y == 1", "int x = 1", refused="no name `y`", rule="an unknown name is refused")
    case("foo(1)", "int x = 1", refused="calling foo() would run application code", rule="only pure methods are called")
    case("getId() == 7", "Cart this = new Cart(7, 1)", java="self.getId() == 7", rule="a method without an object is one of this", canonical="this.getId() == 7")
    case("this.id", "Cart this = new Cart(7, 1)", java="self.id", rule="this is a variable", canonical="this.id")
    case("foo()", "int x = 1", refused="no name `this`", rule="there is no this in a static method")
    group("enum")
    for source in ["s.name()", "s.ordinal()", "s == Status.PAID", "s != Status.OPEN", "s.code", "s.code()", "s.equals(Status.PAID)", "Status.OPEN.code",
                   "s.name().equals(\"PAID\")", "Status.PAID == s", "Status.LIMIT", "Status.last == Status.CLOSED", "s instanceof Status"]:
        row = {"s == Status.PAID": "enum constants", "Status.LIMIT": "static fields"}
        case(source, "Status s = Status.PAID", row=row.get(source))
    case("s == shop.Status.PAID", "Status s = Status.PAID", canonical="s == shop.Status.PAID", row="qualified names")
    case("s instanceof shop.Status", "Status s = Status.PAID")
    case("shop.User.ROOT")
    case("shop.Nothing.ROOT", refused="no name `shop`", rule="an unknown name is refused")
    case("s.name()", "Status s = null")
    case("s == Status.FOO", "Status s = Status.PAID", error="no_attribute", rule="an absent constant is an error")
    group("static")
    for source in ["Integer.MAX_VALUE", "Integer.MIN_VALUE - 1", "Long.MAX_VALUE + 1", "Double.MAX_VALUE > 1e300", "Character.MAX_VALUE == 65535", "User.ROOT",
                   "x == Integer.MAX_VALUE", "Double.NaN != Double.NaN", "Boolean.TRUE"]:
        case(source, "int x = Integer.MAX_VALUE", row="static fields" if source == "Integer.MAX_VALUE" else None)
    for source in ["Math.abs(x)", "Math.abs(-5)", "Math.abs(-5L)", "Math.abs(-1.5)", "Math.abs('a')", "Math.abs(-0.0f)", "Math.min(x, 3)", "Math.max(x, 3L)", "Math.max(1, 2.5)", "Math.min(-0.0, 0.0)",
                   "Math.max(0.0, -0.0)", "Math.min(Double.NaN, 1.0)", "Math.max(1f, 2)", "Math.min('a', 'b')", "Double.isNaN(0.0 / 0)", "Double.isNaN(x)", "Double.isNaN(1.5f)"]:
        case(source, "int x = Integer.MIN_VALUE")
    case("Math.abs(x)", "Integer x = null")
    case("Math.min(x, 1)", "Integer x = null")
    case("Math.abs(x)", 'String x = "1"', error="types", rule=FITS)
    case("Math.max(x, 1)", "boolean x = true", error="types", rule=FITS)
    case("Double.isNaN(x)", 'String x = "1"', error="types", rule=FITS)
    case("Math.abs(1)", "Cart Math = new Cart(1, 2)", refused="`Math` is a name of the application here", rule="a visible name wins", row="a visible name wins")
    case("Math.sqrt(2)", refused="calling .sqrt() would run application code", rule="only pure functions are called")
    group("record")
    for source in ["p.x()", "p.x() + p.y()"]:
        case(source, "Point p = new Point(3, 4)")
    case("r.low()", "Range r = new Range(1, 2)", error="needs_code", rule=CODE)
    case("r.high()", "Range r = new Range(1, 2)")
    private = "a condition reads private fields"
    case("p.x", "Point p = new Point(3, 4)", java="p.x()", rule=private)
    case("p.y == 4", "Point p = new Point(3, 4)", java="p.y() == 4", rule=private)
    case("r.low", "Range r = new Range(1, 2)", java="1", rule=private)
    case("u.name.length()", 'User u = new User("ann", 30)', java="u.getName().length()", rule=private)
    group("exception")
    for source in ["e.getMessage()", "e.code", 'e.getMessage().contains("full")', "e instanceof Failure", "e instanceof RuntimeException"]:
        case(source, 'Failure e = new Failure("disk full", 28)') if "Runtime" not in source else None
    case("e.getMessage()", "Failure e = new Failure(null, 1)")
    group("inheritance")
    case("d.name", "Dog d = new Dog()", row="field hiding by declared class")
    case("d.name", "Animal d = new Dog()", row="field hiding by declared class")
    case("d.legs", "Dog d = new Dog()")
    for source in ["((Animal) d).name", "d.name", "((Dog) d).name", "((Animal) d).legs"]:
        case(source, "Dog d = new Dog()", row="field hiding by declared class")
    case("((Dog) d).name", "Animal d = new Dog()", row="field hiding by declared class")
    group("instanceof")
    for source in ["o instanceof Dog", "o instanceof Animal", "o instanceof Cart", "o instanceof Object", "!(o instanceof Cart)", "o instanceof Dog == true",
                   "o instanceof Animal && o != null"]:
        for variables in ["Object o = new Dog()", "Object o = new Animal()", "Object o = null"]:
            case(source, variables, row="instanceof")
    for variables in ['Object o = "x"', "Object o = 5", "Object o = 5L", "Object o = 'c'", "Object o = 1.5", "Object o = true", "Object o = new ArrayList<>()", "Object o = Status.OPEN"]:
        for wanted in ["String", "Integer", "Number", "Comparable", "List"]:
            case(f"o instanceof {wanted}", variables)
    case("o instanceof Dog", "Dog o = new Dog()", canonical="o instanceof Dog")
    case("o instanceof x", "Object o = new Dog(); int x = 1", error="types", rule="the right side is a class")
    case("o instanceof Nothing", "Object o = new Dog()", refused="no name `Nothing`", rule="an unknown name is refused")
    case("o instanceof Dog d", "Object o = new Dog()", refused="a pattern's variable", rule="refused with what to write")
    case("o instanceof 5", "Object o = new Dog()", refused="expected a class", rule="refused with what to write")
    group("reference cast")
    for source in ["((Dog) o).name", "(Dog) o == o", "(Animal) o", "((shop.Dog) o).legs", "(Object) o != null"]:
        for variables in ["Object o = new Dog()", "Object o = null"]:
            case(source, variables)
    case("((Dog) o).name", "Object o = new Animal()")
    case("(String) o", 'Object o = "x"')
    case("((String) o).length()", "Object o = 5")
    case("(Dog) o", "Dog o = new Dog()", canonical="(Dog) o")
    case("((Dog)o).name.length()", "Object o = new Dog()", canonical="((Dog) o).name.length()")
    case("(x) o", "Object o = new Dog(); int x = 1", error="types", rule="what is in parentheses is a class")
    group("outer")
    case("Cart.this.id", "Cart this = new Cart(1, 2)", error="no_attribute", rule="the host says what an outer this is")


def redaction():
    group("redaction")
    user = 'User u = new User("ann", 30)'
    for source, variables, row in [
        ("password", 'String password = "x"', "side door: by name"), ("u.password", user, "side door: by name"),
        ("u.getPassword()", user, "side door: by name"), ("u.getPassword() == null", user, "side door: by name"),
        ("u.isSecret()", user, None), ('m.get("password")', CARD, "side door: by a constant key"),
        ('m.containsKey("password")', CARD, "side door: by a constant key"), ('m.getOrDefault("password", 1)', CARD, "side door: by a constant key"),
        ("getPassword()", user, None), ("u.getPin()", user, "side door: by name"),
    ]:
        case(source, variables, refused="is redacted", rule="a redacted name is refused", row=row)
    for source, variables, row in [
        ("m.get(k)", CARD + '; String k = "password"', "side door: by a dynamic key"), ("m.containsKey(k)", CARD + '; String k = "password"', "side door: by a dynamic key"),
        ("m.getOrDefault(k, 1)", CARD + '; String k = "password"', "side door: by a dynamic key"), ("m.containsValue(1)", CARD, "side door: containsValue"),
        ("m.containsValue(9)", CARD, "side door: containsValue"), ("m.equals(n)", CARD + '; Map<String, Integer> n = Map.of("password", 1, "a", 2)', "side door: equality of containers"),
        ("a[1]", 'String[] a = {"password", "x"}', "reading: redacted"), ("a.get(1)", 'List<String> a = List.of("password", "x")', "reading: redacted"),
        ('a.contains("x")', 'List<String> a = List.of("password", "x")', "side door: contains"),
    ]:
        case(source, variables, error="redacted", rule="a redacted value is not told of", row=row)
    case("m.get(k)", CARD + '; String k = "a"')
    case("m.size()", CARD)
    case("compass + author", "int compass = 1; int author = 2")


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


SECTIONS = [literals, precedence, logic, arithmetic, conversion, equality, ordering, strings, containers, objects, redaction, refusals, bounds]

if __name__ == "__main__":
    main(__file__, SECTIONS)
