"""What logic, numbers and comparisons come to. Knows nothing of what is in objects.

Cases of conditions-java.json, for java_conditions.py.
"""

from java_host import case, group

VALUE = "strings and boxes are equal by value"
CODE = "what would run application code fails"
BOOLEAN = "only booleans are true or false"
FITS = "what does not fit together is an error"


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
