"""Cases of objects of the JDK that stand for one value: decimals, dates and times, identifiers.

Knows their constructors. Invariant: all of them are compared by the JDK itself.
"""

from java_host import case, group

VALUES = {
    "java.math.BigDecimal": ['new java.math.BigDecimal("1.5")', 'new java.math.BigDecimal("1.50")',
                             "new java.math.BigDecimal(-15).movePointLeft(1)", 'new java.math.BigDecimal("1E+3")',
                             'new java.math.BigDecimal("12345678901234567890.25")', "java.math.BigDecimal.ZERO"],
    "java.math.BigInteger": ['new java.math.BigInteger("0")', "java.math.BigInteger.valueOf(-7)",
                             "java.math.BigInteger.ONE.shiftLeft(70)",
                             "java.math.BigInteger.ONE.shiftLeft(70).negate()",
                             "java.math.BigInteger.ONE.shiftLeft(200)"],
    "java.time.LocalDate": ["java.time.LocalDate.of(2024, 2, 29)", "java.time.LocalDate.of(1969, 12, 31)"],
    "java.time.LocalTime": ["java.time.LocalTime.of(1, 2, 3)", "java.time.LocalTime.of(1, 2, 3, 4)"],
    "java.time.LocalDateTime": ["java.time.LocalDateTime.of(2024, 2, 29, 1, 2)",
                                "java.time.LocalDateTime.of(1969, 12, 31, 23, 59, 59)"],
    "java.time.Instant": ["java.time.Instant.ofEpochSecond(1, 5)", "java.time.Instant.ofEpochSecond(-1)"],
    "java.time.Duration": ["java.time.Duration.ofMillis(1500)", "java.time.Duration.ofDays(-1)"],
    "java.time.OffsetDateTime": ["java.time.OffsetDateTime.of(2024, 1, 1, 2, 0, 0, 0, java.time.ZoneOffset.ofHours(2))",
                                 "java.time.OffsetDateTime.of(2024, 1, 1, 0, 0, 0, 0, java.time.ZoneOffset.UTC)"],
    "UUID": ["new UUID(1, -2)", "new UUID(-1, 2)"],
    "Date": ["new Date(5)", "new Date(-5)"],
}


def known():
    group("known values")
    for kind, made in VALUES.items():
        for at, one in enumerate(made):
            case("a.equals(b)", f"{kind} a = {one}; {kind} b = {one}")
            case("a.equals(b)", f"{kind} a = {one}; {kind} b = {made[at - 1]}")
        variables = f"{kind} a = {made[0]}; {kind} b = {made[0]}; Object o = {made[1]}"
        for source in ["a == b", "a == a", "a.equals(a)", "a.equals(null)", "a.equals(o)", "o.equals(b)",
                       'a.equals("x")', "a.equals(5)", "Objects.equals(a, b)", "Objects.equals(null, a)",
                       "a.equals(o) || a.equals(b)"]:
            case(source, variables)
        case("a.equals(b)", f"{kind} a = null; {kind} b = {made[0]}")
        held = f"List<{kind}> l = List.of({made[0]}, {made[1]}); {kind} b = {made[1]}"
        for source in ["l.contains(b)", "l.indexOf(b) == 1", "l.get(0).equals(b)"]:
            case(source, held)
        case("m.get(b) == 2", f"Map<{kind}, Integer> m = new HashMap<>(Map.of({made[0]}, 1, {made[1]}, 2)); {kind} b = {made[1]}")
        case("s.contains(b)", f"Set<{kind}> s = new HashSet<>(List.of({made[0]})); {kind} b = {made[0]}")
        case("l.equals(k)", f"List<{kind}> l = List.of({made[0]}); List<{kind}> k = new ArrayList<>(List.of({made[0]}))")
    decimals, whole = VALUES["java.math.BigDecimal"], VALUES["java.math.BigInteger"]
    for kind, made in [("java.math.BigDecimal", decimals), ("java.math.BigInteger", whole)]:
        for one in made:
            for other in made:
                case("a.compareTo(b)", f"{kind} a = {one}; {kind} b = {other}")
        case("a.compareTo(b) > 0", f"{kind} a = {made[0]}; {kind} b = null")
    case("a.equals(b)", f"Object a = {decimals[5]}; Object b = {whole[0]}")
    case("a.equals(b)", f"Object a = {whole[0]}; Object b = {decimals[5]}")
    case("a.equals(b)", f"Object a = {whole[2]}; Object b = {decimals[0]}")
    case("a.equals(b)", "Object a = java.time.LocalDate.of(2024, 2, 29); Object b = new ArrayList<>()")
