"""What strings, containers and objects are asked, and what redaction keeps from being asked.

Cases of conditions-java.json, for java_conditions.py.
"""

from java_host import case, group
from java_values import CODE, FITS, VALUE

CARD = 'Map<String, Integer> m = new HashMap<>(Map.of("password", 1, "a", 2))'
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
