#!/usr/bin/env python3
"""Writes `conditions-python.json`: what each condition means, as Python itself says.

Run it with the newest supported CPython, and name the others, whose answers are compared:

    python3.14 tests/conformance/python_conditions.py python3.9 python3.10 …

`--check` compares the file with what the interpreter that runs this says. A case without a `rule` has
the value or exception that Python computed. One with a `rule` says which sentence of the design
decides it, because Python would run code, or can do what we refuse. The format is in README.md.
"""

import math
from collections import deque
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from python_host import (
    MAX, MIN, UNSET, Var, case, group, main, member, named_class, named_tuple, obj, proxy, subclass,
    times,
)

BIG = 2**64
NAN = float("nan")
INF = float("inf")


def literals():
    group("literal")
    for source in [
        "1_000", "0xff", "0o17", "0b101", "1e3", ".5", "1.", "1_0.5_0", "1E-3", "00", "None",
        "True", "False",
        "'a'", '"a\\tb"', "r'\\d'", "b'a\\x00'", "'a' 'b'", "'''a\nb'''",
        "'\\x41\\u00e9\\U0001f600'",
        "'\\101\\z'", "u'x'", "rb'\\x'", "18446744073709551616", "-9223372036854775808",
        "-9223372036854775809", "1e999", "(\n1\n+\n2\n)",
    ]:
        case(source)
    case("012", refused="malformed")
    case("10L", refused="suffix")
    case("10n", refused="suffix")
    case("1j", refused="complex")
    case("'a", refused="not closed")
    case("'\\x4'", refused="escape")
    case("f'{x}'", x=1, refused="f-string")
    case("1\n+ 2", refused="new line")
    case("1 # one", refused="comment")


def logic():
    group("logic")
    for left in (0, 5, "", "a", None):
        for right in (0, 7):
            case("a and b", a=left, b=right)
            case("a or b", a=left, b=right)
    case("not a", a=[])
    case("not a == b", a=1, b=2)
    case("not not a", a=3)
    case("a or b and c", a=0, b=2, c=0)
    case("(a or b) and c", a=0, b=2, c=0)
    case("a or missing", a=1, missing=UNSET)
    case("a and missing", a=1, missing=UNSET)
    case("a if c else b", a=1, b=2, c=0)
    case("a if c else b if d else e", a=1, b=2, c=0, d=0, e=9)
    case("a if c > 1 else missing", a=1, c=2, missing=UNSET)
    case("a == 1 or a == 2 or a == 3", a=3)
    case("not (a or b) or c", a=0, b=0, c=5)
    case("not (a and b)", a=1, b=0)
    case("(not a) + 1", a=0)
    case("a and b or c", a=1, b=[], c="z")


def foreign():
    group("foreign")
    case("a && b || !c", a=1, b=0, c=0, python="a and b or not c", canonical="a and b or not c")
    case("!a == b", a=0, b=1, python="(not a) == b", canonical="(not a) == b",
         rule="a borrowed spelling keeps its own precedence")
    case("a == null", a=None, python="a == None", canonical="a == None")
    case("a is nil", a=None, python="a is None", canonical="a is None")
    case("a == true", a=True, python="a == True", canonical="a == True")
    case("a == undefined", a=None, python="a == None", canonical="a == None")
    case("a == false", a=False, python="a == False", canonical="a == False")
    case("null", null=5, canonical="null")
    case("true or a", true=0, a=4, canonical="true or a")
    case("a?.b", a=None, python="None", rule="an optional access short-circuits the whole chain")
    case("a?.b.c", a=None, python="None", rule="an optional access short-circuits the whole chain")
    case("a?.b", a=obj("Cart", {"b": 3}), python="a.b", rule="an optional access")
    case("a?.b.c", a=obj("Cart", {"b": None}), rule="an optional access guards only its own object",
         error="of_null")
    case("(a?.b) is None", a=None, python="True", rule="an optional access")
    case("a?.strip() == 'x'", a=" x ", python="a.strip() == 'x'", rule="an optional access")
    case("a === b", a=1, b=1, refused="write ==")
    case("a !== b", a=1, b=1, refused="write !=")
    case("a <> b", a=1, b=1, refused="write !=")
    case("a ? b : c", a=1, b=1, c=2, refused="b if a else c")
    case("a ?? b", a=1, b=1, refused="a is not None")


def truthiness():
    group("truth")
    for value in [
        None, False, True, 0, -1, 0.0, -0.0, NAN, "", "0", b"", b"0", [], [0], (), (0,), {},
        {"a": 1},
        set(), {1}, range(0), range(2), BIG,
    ]:
        case("not a", a=value)
    case("not a", a=obj("Cart"))
    case("not a", a=obj("Cart", overrides=["__bool__"]), error="needs_code",
         rule="a user __bool__ is an error")
    case("not a", a=obj("Cart", overrides=["__len__"]), error="needs_code",
         rule="a user __len__ is an error")
    case("not a", a=subclass("Status", str, ""))
    case("not a", a=subclass("Bag", list, [1]))


def equality():
    group("equality")
    for left, right in [
        (1, 1), (1, 1.0), (1, True), (0, False), (1, "1"), (None, 0), (None, False), ("a", "a"),
        ("a", b"a"), (b"a", b"a"), ("é", "é"), ("é", "e"), ("❄", "❄"), ("😀", "😀x"), (NAN, NAN),
        (0.0, -0.0), (2**53, float(2**53)), (2**53 + 1, float(2**53)), (MAX, float(2**63)), (MIN,
        -(2.0**63)),
        (BIG, BIG), (BIG, float(BIG)), (BIG + 1, float(BIG)), (BIG, BIG + 1), (-BIG, BIG), (BIG, 1),
        (BIG, INF), (BIG, NAN),
        ([1, 2], [1, 2]), ([1, 2], [1, 3]), ([1], [1, 2]), ([1], (1,)), ((1, "a"), (1, "a")),
        ([1], [True]),
        ([[1], {"a": [2]}], [[1], {"a": [2]}]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({"a": 1},
        {"a": 2}),
        ({"a": 1}, {"b": 1}), ({1: "x"}, {1.0: "x"}), ({1, 2}, {2, 1}), ({1, 2}, frozenset({1,
        2})), ({1}, {2}),
        (range(0, 3), range(3)), (range(3), [0, 1, 2]), ({}, []), ([], ()),
    ]:
        case("a == b", a=left, b=right)
        case("a != b", a=left, b=right)
    thing = obj("Cart")
    case("a == b", a=thing, b=Var("a"))
    case("a == b", a=thing, b=obj("Cart"))
    case("a == 5", a=thing)
    case("a == None", a=thing)
    case("a == b", a=obj("Cart", overrides=["__eq__"]), b=1, error="needs_code",
         rule="a user __eq__ is an error")
    case("a == 'x'", a=obj("Cart", overrides=["__eq__"]), error="needs_code",
         rule="a user __eq__ is an error")
    case("a != None", a=obj("Cart", overrides=["__eq__"]), error="needs_code",
         rule="a user __eq__ is an error")
    case("a == b", a=[obj("Cart", overrides=["__eq__"])], b=[1], error="needs_code",
         rule="a user __eq__ is an error")
    case("a == 'open'", a=subclass("Status", str, "open"))
    case("a == 2", a=subclass("Level", int, 2))
    case("a == b", a=subclass("Bag", list, [1]), b=[1])
    case("a == b", a={"password": 1}, b={"password": 1}, error="redacted",
         rule="a container that holds a redacted key compares as error")
    case("a == b", a=[NAN], b=[NAN], error="identity",
         rule="whether two NaNs are one object cannot be seen")


def ordering():
    group("order")
    for left, right in [
        (1, 2), (2, 1), (1, 1), (1, 1.5), (1.5, 1), (True, 2), (NAN, 1), (1, NAN), (INF, BIG),
        (-INF, -BIG),
        (2**53 + 1, float(2**53)), (MAX, 2.0**63), (MIN, -(2.0**63)), (BIG, MAX), (-BIG, MIN),
        (BIG, BIG + 1),
        (-BIG, -BIG - 1), (BIG, 1.5), (BIG * BIG, 1e30), (1e30, BIG), ("a", "b"), ("a", "B"),
        ("é", "z"),
        ("❄", "😀"), ("￿", "😀"), ("ab", "abc"), (b"a", b"b"), ([1, 2], [1, 3]), ([1, 2], [1]), ((1,
        "a"), (1, "b")),
        ((1, 2), (1, 2)), ([[1]], [[2]]),
    ]:
        for operator in ("<", "<=", ">", ">="):
            case(f"a {operator} b", a=left, b=right)
    for left, right in [(1, "a"), (None, 1), ("a", None), ([1], (1,)), ([1], 1), (b"a", "a"), ({},
    {})]:
        case("a < b", a=left, b=right)
    case("not (a < 5)", a=NAN)
    case("not (a < 5.0)", a=NAN)
    case("a < b", a=obj("Cart"), b=obj("Cart"), error="needs_code",
         rule="order of objects would run application code")
    case("1 < a < 3", a=2)
    case("1 < a < 3", a=3)
    case("1 < a + 1 < 3", a=1)
    case("1 < a + 1 < 3 < b", a=1, b=5)
    case("not (1 < a + 1 < 3)", a=1)
    case("not (1 < a < 3 < b)", a=2, b=1)
    case("3 > a == b", a=2, b=2)
    case("10 < a", a=11)
    case("10 >= a", a=11)
    case("'a' == a", a="a")
    case("a < b < c in d", a=1, b=2, c=3, d=[3])
    case("1 in a + b in c", a=1, b=1, c=1, refused="chain")


def identity():
    group("identity")
    case("a is None", a=None)
    case("a is None", a=0)
    case("a is not None", a=0)
    case("not (a is not None)", a=0)
    case("1 is True", python="False", rule="identity of different types is false")
    case("a is True", a=True)
    case("a is True", a=1)
    case("a is b", a=[1], b=[1])
    case("a is b", a=[1], b=Var("a"))
    case("a is b", a=1, b=2)
    case("a is 1", a=1, error="identity",
         rule="whether equal numbers are one object cannot be seen")
    case("a is 'x'", a="x", error="identity",
         rule="whether equal strings are one object cannot be seen")
    case("a is 'x'", a="y", python="False", rule="unequal values are not one object")
    case("None is a", a=None)


def membership():
    group("membership")
    for item, container in [
        (1, [1, 2]), (3, [1, 2]), (True, [1]), (1.0, (1,)), ("a", {"a": 1}), ("b", {"a": 1}), (1,
        {1: 2, "x": 3}),
        (True, {1: 2}), (2, {1, 2}), (5, {1, 2}), ("b", "abc"), ("", "abc"), ("é", "café"), ("❄",
        "a❄"),
        ("é", "❄é"), ("x", "❄é"), (b"b", b"abc"), (98, b"abc"), (4, range(0, 10, 2)), (5, range(0,
        10, 2)), (2, range(10, 0, -2)),
        (-2, range(0, 10, 2)), (7, range(7, 8)), (4.0, range(0, 10, 2)), (None, [None]), ([1],
        [[1], 2]), (NAN, [1.0]),
        ("a", frozenset({"a"})),
    ]:
        case("a in b", a=item, b=container)
        case("a not in b", a=item, b=container)
    for item, container in [(1, "abc"), (1, 5), (1, None), ([1], {"a": 1}), ([1], {1}), (300,
    b"a")]:
        case("a in b", a=item, b=container)
    case("a in ('x', 'y')", a="y")
    case("a in ('x', 'y')", a="z")
    case("a not in ['x', None, 3]", a=None)
    case("a in {1, 2, 3}", a=2)
    case("a in {1, 2}", a=[1])
    case("a in [b, b + 1]", a=6, b=5)
    case("a + 1 in (2, 3)", a=1)
    case("a in ()", a=1)
    case("a in []", a=1)
    case("a in (1,)", a=1)
    case("not (a in (1, 2))", a=1)
    case("a in b", a=NAN, b=[NAN], error="identity",
         rule="whether two NaNs are one object cannot be seen")
    case("a in b", a=1, b=obj("Cart"), error="needs_code",
         rule="membership would run application code")
    case("a in b", a="password", b={"password": 1}, error="redacted",
         rule="`in` does not tell of a redacted key")
    case("a in b.keys()", a="x", b={"x": 1})
    case("a in b.values()", a=1, b={"x": 1})
    case("a in b.values()", a=1, b={"api_key": 1}, error="redacted",
         rule="values under a redacted key are out of reach")
    case("a in b.split(',')", a="y", b="x,y")
    case("a in b.items()", a=1, b={}, refused="pairs")
    case("[1] == a", a=[1], refused="right of `in`")
    case("{'a': 1} == a", a={}, refused="dict literal")


def arithmetic():
    group("arithmetic")
    pairs = [
        (7, 2), (-7, 2), (7, -2), (-7, -2), (-7, 3), (7, -3), (6, 3), (0, 5), (7.5, 2), (-7.5, 2),
        (7.5, -2), (1e308, 10),
        (0.0, -3.0), (-0.0, 3.0), (True, 2), (1, 0), (1.0, 0), (0, 0.0), (MIN, 3), (MAX, MAX - 1),
        (MAX, 3), (MIN, MAX),
        (2**53 + 1, 2**53), (INF, 2), (5, INF), (-5, INF), (NAN, 1), (1, 3),
    ]
    for left, right in pairs:
        for operator in ("/", "//", "%"):
            case(f"a {operator} b", a=left, b=right)
    for left, right in [(1, 2), (1, 2.5), (True, True), (-5, 3), (1.5, -2.5), (1e308, 1e308)]:
        for operator in ("+", "-", "*"):
            case(f"a {operator} b", a=left, b=right)
    for source, left, right in [
        ("a + b", MAX, 1), ("a - b", MIN, 1), ("a * b", MAX, 2), ("a // b", MIN, -1), ("a ** b",
        2, 63), ("a << b", 1, 63),
        ("a + b", BIG, 1), ("a * b", BIG, 0), ("a % b", BIG, 7),
    ]:
        case(source, a=left, b=right, error="overflow",
             rule="arithmetic beyond 64 bits is an error")
    case("a % b", a=MIN, b=-1)
    case("-a", a=MIN, error="overflow", rule="arithmetic beyond 64 bits is an error")
    case("-a", a=2**63)
    case("-a", a=BIG)
    case("a < -18446744073709551616", a=-BIG - 1)
    for left, right in [
        (2, 10), (2, -1), (-2, 3), (-2, -3), (0, 0), (2.0, 0.5), (2, 0.5), (1, 10**6), (-1,
        10**6 + 1), (0, -1), (10.0, 400),
        (NAN, 0), (1, NAN), (-8.0, 3.0), (True, 3), (7, 22), (0.0, -2.0),
    ]:
        case("a ** b", a=left, b=right)
    case("a ** b", a=-8, b=0.5, error="domain", rule="complex numbers are not supported")
    for left, right in [(6, 3), (True, False), (True, 2), (-1, 255), (6, -3)]:
        for operator in ("&", "|", "^"):
            case(f"a {operator} b", a=left, b=right)
    for left, right in [(1, 4), (-1, 3), (5, 0), (0, 100), (1, -1), (-9, 100)]:
        for operator in ("<<", ">>"):
            if not (operator == "<<" and left == -9):
                case(f"a {operator} b", a=left, b=right)
    for value in (5, -5, 2.5, -0.0, True, MAX):
        for operator in ("-", "+", "~"):
            case(f"{operator}a", a=value)
    case("-2 ** 2")
    case("2 ** -1")
    case("2 ** 3 ** 2")
    case("1 + 2 * 3 - 4 // 3 % 2")
    case("1 | 2 ^ 3 & 4 << 1")
    case("a + b", a="x", b="y")
    case("a + b + 'é'", a="x", b="❄")
    case("a + b", a="x", b=1)
    case("a - b", a=None, b=1)
    case("a + b", a=None, b=1)
    case("a + b", a=obj("Cart"), b=1, error="needs_code",
         rule="operators of objects run application code")
    case("a + b", a=[1], b=[2], error="types", rule="lists are not built")
    case("a * 3", a="ab", error="types", rule="strings are not repeated")
    case("a % 3", a="ab%s", error="types", rule="strings are not formatted")
    case("a @ b", a=1, b=1, refused="matrix")


def elements():
    group("element")
    for container, key in [
        ([1, 2, 3], 0), ([1, 2, 3], -1), ([1, 2, 3], 3), ([1, 2, 3], -4), ([1, 2], True), ((1, 2),
        1), ({"a": 1}, "a"),
        ({"a": 1}, "b"), ({1: "x", "a": 2}, 1), ({1: "x"}, 1.0), ({1: "x"}, True), ({"a": 1}, 1),
        ("héllo", 1), ("héllo", -1),
        ("a❄😀", 2), ("abc", 5), (b"abc", 1), (range(5, 50, 5), 2), (range(5), -1), ([1], BIG),
        ({BIG: 1}, BIG), ("日本", 0),
        ({(1, 2): "t"}, (1, 2)), ({None: 3}, None),
    ]:
        case("a[b]", a=container, b=key)
    for container, key in [([1], "a"), ([1], None), ({"a": 1}, [1]), (5, 0), (None, 0), ({1}, 0),
    ("abc", "a")]:
        case("a[b]", a=container, b=key)
    case("a['b']['c'][0]", a={"b": {"c": [7]}})
    case("a[0].b", a=[obj("Cart", {"b": 4})])
    case("a[b]", a=obj("Cart"), b=1, error="needs_code",
         rule="a user's subscript runs application code")
    case("a['password']", a={"password": 1}, refused="redacted")
    case("a[b]", a={"password": 1}, b="password", error="redacted", rule="nor by a dynamic key")
    case("a['pass' + b]", a={"password": 1}, b="word", error="redacted",
         rule="nor by a computed key")
    for source in ["a[1:3]", "a[:2]", "a[-3:]", "a[:]", "a[3:1]", "a[:99]", "a[-99:2]",
    "a[None:2]"]:
        case(source, a="héllo❄")
        case(source, a=b"hello!")
    case("a[b:c]", a="hello", b=1, c=-1)
    case("a[1:]", a=[1, 2], error="types", rule="slices of collections are not built")
    case("a[::2]", a="abc", refused="step")
    case("a[1, 2]", a={}, refused="several parts")


def attributes():
    group("attribute")
    cart = obj("Cart", {"total": 5, "owner": obj("User", {"name": "lea"})}, needs_code=["tax"],
    not_loaded=["user"])
    case("a.total", a=cart)
    case("a.total > 3 and a.owner.name == 'lea'", a=cart)
    case("a.nothing", a=cart)
    case("a.tax", a=cart, error="needs_code", rule="a property would run application code")
    case("a.user.id", a=cart, error="not_loaded", rule="nothing is ever loaded")
    case("a.b", a=None)
    case("a.total.b", a=cart, error="no_attribute", rule="numbers have no fields")
    case("a.password", a=cart, refused="redacted")
    case("password", password=1, refused="redacted")
    case("compass + author", compass=1, author=2)
    case("x", x=UNSET)
    case("x == 1", x=UNSET)
    case("x is None", x=UNSET)
    case("not x", x=UNSET)
    case("x == 'a'", x=UNSET)
    case("totl > 1", total=1, refused="did you mean total?")
    case("zzz > 1", total=1, refused="no name `zzz`")


def functions():
    group("function")
    for value in ["", "héllo", "日本", "a😀", b"abc", [1, 2], (), {"a": 1}, {1, 2}, range(3, 9, 2)]:
        case("len(a)", a=value)
    for value in (5, None, 1.5):
        case("len(a)", a=value)
    case("len(a)", a=obj("Cart"), error="needs_code", rule="a user __len__ is an error")
    case("len(a.keys()) + len(a.values()) + len(a.items())", a={"x": 1})
    case("len(a.split())", a=" a  b c ")
    for value in ([3, 1, 2], (2.5, 1), ["b", "a"], {"k": 1, "j": 2}, {4, 9}, "hello", range(5),
    [1, 1.0], [NAN, 1.0], [1.0, NAN]):
        case("min(a)", a=value)
        case("max(a)", a=value)
    case("max(a, b)", a=1, b=2.5)
    case("min(a, b, 0)", a=1, b=-2)
    case("max(a)", a=[])
    case("max(a)", a=[1, "a"])
    case("max(a.values())", a={"x": 1, "y": 5})
    case("max(a.values())", a={"x": 1, "secret": 5}, error="redacted",
         rule="values under a redacted key are out of reach")
    for value in ([1, 2, 3], [], [0.1] * 10, [1, 0.5, True], [1e16, 1.0, -1e16], [INF, 1.0],
    range(101), {1: 2, 3: 4}):
        case("sum(a)", a=value)
    case("sum(a)", a=["x"])
    case("sum(a)", a=[MAX, 1], error="overflow", rule="arithmetic beyond 64 bits is an error")
    for value in (-5, 5, -2.5, True, -0.0, -BIG):
        case("abs(a)", a=value)
    case("abs(a)", a=MIN, error="overflow", rule="arithmetic beyond 64 bits is an error")
    case("abs(a)", a="x")
    for value in (NAN, 1.0, 5, True):
        case("math.isnan(a)", a=value)
    case("math.isnan(a)", a="x")
    case("math.isnan(a)", a=1.0, math=math)
    case("math.isnan(a)", a=1.0, math=obj("Cart"), error="needs_code",
         rule="a visible name wins over a word of ours")
    for value in ([], [0], [0, 3], (None,), {"": 1}, {0}, ""):
        case("any(a)", a=value)
        case("all(a)", a=value)
    case("any(x > 2 for x in a)", a=[1, 2, 3])
    case("any(x > 5 for x in a)", a=[1, 2, 3])
    case("all(x > 0 for x in a)", a=[1, 2, 3])
    case("all(x > 1 for x in a)", a=[1, 2, 3])
    case("all(x > 1 for x in a)", a=[])
    case("not any(x > 2 for x in a)", a=[1, 2, 3])
    case("not all(x > 2 for x in a)", a=[1, 2, 3])
    case("any(x > 2 for x in a if x < 3)", a=[1, 2, 3])
    case("any(v == 2 and k == 'b' for k, v in a.items())", a={"a": 1, "b": 2})
    case("any(k == 'b' for k in a)", a={"a": 1, "b": 2})
    case("any(v > 1 for v in a.values())", a={"a": 1, "b": 2})
    case("any(v > 1 for v in a.values())", a={"token": 5}, error="redacted",
         rule="any over values does not reach a redacted one")
    case("any(x == y for x, y in a)", a=[(1, 2), (3, 3)])
    case("any(x == y for x, y in a)", a=[(1, 2, 3)])
    case("any(any(y == 3 for y in x) for x in a)", a=[[1], [2, 3]])
    case("any(all(y > x for y in b) for x in a)", a=[1, 5], b=[2, 3])
    case("any(c == 'é' for c in a)", a="café")
    case("any(b > 98 for b in a)", a=b"abc")
    case("any(x.lower() == 'b' for x in a)", a=["A", "B"])
    case("any(p.strip() == 'b' for p in a.split(';'))", a="a; b ;c")
    case("any(len == 1 for len in a)", a=[1])
    case("x == 1 or any(x == 2 for x in a) and x == 0", a=[2], x=0)
    case("any(x.n > 1 for x in a)", a=[obj("Cart", {"n": 1}), obj("Cart", {"n": 2})])
    case("any(x > 1 for x in a)", a=None)
    case("any(x > 1 for x in a)", a=5)
    case("any(x > 1 for x in a)", a=obj("Cart"), error="needs_code",
         rule="a user's iteration runs application code")
    case("any(x < 0 for x in a)", a=range(20000), error="out_of_fuel",
         rule="collection steps are bounded")
    case("any(any(y < 0 for y in a) for x in a)", a=range(200), error="out_of_fuel",
         rule="collection steps are bounded")
    case("isinstance(a, int)", a=1)
    case("isinstance(a, int)", a=True)
    case("isinstance(a, (str, bytes))", a=b"x")
    case("isinstance(a, (str, bytes))", a=1)
    case("isinstance(a, Base)", a=obj("Cart", bases=["Base"]), Base=named_class("Base"))
    case("isinstance(a, str)", a=subclass("Status", str, "x"))
    case("not isinstance(a, object)", a=None)
    case("isinstance(a, b)", a=1, b=5)
    case("isinstance(a, 5)", a=1, refused="takes a class")


def methods():
    group("method")
    for value, affix in [("hello", "he"), ("hello", "lo"), ("hello", ""), ("é❄", "é"), ("é❄",
    "❄"), ("a", "abc"), (b"ab", b"a")]:
        case("a.startswith(b)", a=value, b=affix)
        case("a.endswith(b)", a=value, b=affix)
    case("a.startswith(('x', 'h'))", a="hello")
    case("a.endswith(('x', 'h'))", a="hello")
    case("not a.startswith('h')", a="hello")
    case("a.startswith(1)", a="hello")
    case("a.startswith('x')", a=1)
    case("a.startswith('x')", a=None)
    case("a.startswith('x')", a=obj("Cart"), error="needs_code",
         rule="a user's method is application code")
    for value in ("Hello", "ÉCOLE", "straße", "ÀB❄", "ǅ", "İ", "ŉ", "😀A"):
        case("a.lower()", a=value)
        case("a.upper()", a=value)
    case("a.lower() == 'x' or a.upper() == 'Y'", a="y")
    case("(a + b).lower()", a="X", b="Y")
    case("a.lower().strip().upper()", a=" x ")
    case("a.lower()", a="ΟΔΟΣ", error="domain", rule="a final sigma is not guessed")
    case("a.lower()", a=5)
    case("a.lower()", a="x" * 3000, error="too_long", rule="a computed string has 2,048 bytes")
    for value in ("  a b ", "\x1f\u00a0a\u3000", "", "   ", "x"):
        case("a.strip()", a=value)
    case("a.strip('xy')", a="xyaxbyx")
    case("a.strip(None)", a=" a ")
    case("a.strip('é')", a="éaé")
    for value in ("a b  c", " a ", "", "a\tb\nc"):
        case("a.split()[0]", a=value)
        case("a.split()[-1]", a=value)
    for index in (0, 1, 2, 3, -1, -4):
        case(f"a.split(',')[{index}]", a="x,y,,z")
    case("a.split(', ')[1]", a="a, b, c")
    case("a.split(',', 1)[1]", a="a,b,c")
    case("a.split(None, 1)[1]", a=" a  b c ")
    case("a.split('')[0]", a="abc")
    case("a.split('é')[1]", a="aéb❄")
    case("len(a.split(','))", a="")
    case("a.split(',')", a="a,b", refused="no value of its own")
    case("a.keys()", a={}, refused="no value of its own")
    case("a.get('x')", a={"x": 1})
    case("a.get('y')", a={"x": 1})
    case("a.get('y', 7)", a={"x": 1})
    case("a.get(1)", a={1.0: 2})
    case("a.get(b)", a={"x": 1}, b=[1])
    case("a.get('token')", a={"x": 1}, refused="redacted")
    case("a.get(b)", a={"token": 1}, b="token", error="redacted", rule="nor by a dynamic key")
    case("a.get('x')", a=[1])
    case("a.get('x')", a=None)
    case("a.get('x')", a=obj("Cart"), error="needs_code",
         rule="a user's method is application code")


def patterns():
    group("pattern")
    for pattern, text in [
        (r"^a\d+$", "a12"), (r"^a\d+$", "a12\n"), (r"^a\d+$", "a12b"), (r"\bfoo\b", "a foo!"),
        (r"(?i)ABC", "xabc"), (r"a.c", "a\nc"),
        (r"(?s)a.c", "a\nc"), (r"\w+@\w+\.com", "é@ü.com"), (r"[^a-z]", "abc"), (r"\s", "a\x1cb"),
        (r"[]a]", "]"), (r"x{2,3}", "axxb"),
        (r"(?P<n>a)|b", "b"), (r"\d", "٣"), (r"a\Z", "a\n"), (r"(?m)^b$", "a\nb\nc"), (r"\.",
        "a"), (r"[a&&b]", "&"), (r"", ""), (r"\w", "_"),
    ]:
        case(f"matches(a, r{pattern!r})".replace("\\\\", "\\"), a=text)
    case("matches(a, r'x')", a=1)
    case("matches(a, b)", a="x", b="y", refused="string literal")
    case("matches(a, r'a(?=b)')", a="x", refused="look-around")
    case("matches(a, r'(a)\\1')", a="x", refused="reference to a group")
    case("matches(a, r'a$b')", a="x", refused="`$` with more behind it")
    case("matches(a, r'(')", a="x", refused="unclosed")
    case("matches(a, r'\\bé')", a="é", error="pattern",
         rule="a word boundary beyond ASCII is not guessed")
    case("matches(a, r'x')", a="x", matches=1, refused="name of the application")


def refusals():
    group("refused")
    for source, refused in [
        ("a = 1", "an assignment"), ("a := 1", "an assignment"), ("a += 1", "an assignment"),
        ("a; b", "second statement"),
        ("lambda x: x", "a lambda"), ("await a", "await"), ("(yield a)", "yield"), ("import os",
        "an import"),
        ("[x for x in a]", "comprehension"), ("{x for x in a}", "comprehension"),
        ("(x for x in a)", "comprehension"), ("sum(x for x in a)", "comprehension"),
        ("any(x for y in a for x in y)", "second `for`"), ("f(a)",
        "f() would run application code"), ("a.f()", ".f() would run application code"),
        ("eval('1')", "eval() would run"), ("a()", "would run application code"), ("a[0]()",
        "result of an expression"), ("len(a, a)", "takes one argument"), ("len()",
        "takes one argument"),
        ("max(a, key=1)", "by name"), ("max(*a)", "unpacking"), ("a b", "does not belong here"),
        ("a +", "expected a value"), ("(a", "expected `)`"), ("a)", "does not belong"),
        ("a == not a", "expected a value"), ("", "no expression"), ("a ` b", "backquote"), ("$a",
        "`$`"), ("a.1", "does not belong"), ("a..b", "expected a name"),
        ("a, a", "right of `in`"), ("...", "ellipsis"), ("a is", "expected a value"),
        ("any(x for 1 in a)", "name or several"), ("a\x01", "no meaning"),
        ("(" * 70 + "a" + ")" * 70, "nested deeper"), (" or ".join(["a"] * 300),
        "more than 256 parts"), ("a" + " " * 5000, "more than a condition may have"),
        ("len(a)", "name of the application"),
    ]:
        names = {"a": 1, "len": 5} if source == "len(a)" else {"a": 1}
        case(source, refused=refused, **names)
    for sign in ["**", "//", "<<", ">>", "-", "*", "/", "%", "&", "|", "^"]:
        case(f"a {sign}= 1", a=1, refused=f"an assignment (`{sign}=`)")
    for source, what in [
        ("a->b", "`->`"), ("a \\\n + 1", "a backslash outside a string"),
        ("any(x async for x in a)", "an async generator"), ("from os import path", "an import"),
        ("del a", "del"), ("assert a", "assert"), ("return a", "return"), ("raise a", "raise"),
        ("pass", "pass"), ("def f(): a", "a definition"), ("class A: a", "a definition"),
        ("while a: a", "a loop"), ("with a: a", "a statement"), ("try: a", "a statement"),
        ("a elif b", "`elif`"), ("global a", "a statement"), ("nonlocal a", "a statement"),
        ("break", "a statement"), ("continue", "a statement"), ("except a: a", "a statement"),
        ("finally: a", "a statement"), ("a as b", "`as`"),
    ]:
        case(source, a=1, refused=f"{what} is not part of a condition")
    case(" or ".join(["a"] * 200), a=0)
    case("(" * 60 + "a" + ")" * 60, a=1)
    case("len == 5", len=5)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def readings():
    group("reading")
    case("x", x=1)
    case("x.y", x=obj("Cart", {"y": 1}))
    case("x.y", x=obj("Cart"))
    case("x.y", x=obj("Cart", needs_code=["y"]), error="needs_code",
         rule="a property would run application code")
    case("x.y", x=obj("Cart", overrides=["__getattr__"]), error="needs_code",
         rule="a user __getattr__ decides what an absent attribute is")
    case("x.y", x=obj("Cart", {"y": 3}, overrides=["__getattr__"]))
    case("x.y", x=obj("Cart", overrides=["__getattribute__"]), error="needs_code",
         rule="a user __getattribute__ decides what any attribute is")
    case("x.y", x=obj("Cart", not_loaded=["y"]), error="not_loaded", rule="nothing is ever loaded")
    case("x", x=UNSET)
    case("x[y]", x={"secret": 1}, y="secret", error="redacted", rule="nor by a dynamic key")
    case("x[0]", x=range(2**70), error="unreadable", rule="a range beyond 64 bits is not read")
    case("len(x)", x=range(2**70), error="unreadable", rule="a range beyond 64 bits is not read")
    case("1 in x", x=range(2**70), error="unreadable", rule="a range beyond 64 bits is not read")
    case("any(y < 0 for y in x)", x=range(10**6), error="out_of_fuel",
         rule="collection steps are bounded")
    case("x == y", x=times("a", 400_000), y=times("a", 400_000), error="out_of_fuel",
         rule="16 bytes of string work are a step")
    case("x.__missing", x=obj("Cart", {"_Cart__missing": 3}), inside="Cart",
         python="x._Cart__missing")
    case("x.__missing", x=obj("Cart", {"_Cart__missing": 3}), inside="_Cart",
         python="x._Cart__missing")
    case("x.__gone", x=obj("Cart"), inside="Cart", python="x._Cart__gone")
    case("limit > 3", module={"limit": 5})
    case("limit > 3", module={"limit": 5}, limit=1)
    case("math.isnan(x)", module={"math": math}, x=float("nan"))


def kinds():
    """Values of the standard library that are builtins with a name."""
    group("kind")
    color = member("Color", RED=1)
    for source in ["a.name", "a.value", "a.value == 1 and a.name == 'RED'", "a == 1", "a is None",
                   "not a"]:
        case(source, a=color)
    case("a == b", a=color, b=Var("a"))
    case("a == b", a=color, b=member("Color", RED=1))
    status = member("Status", of=str, OPEN="open")
    for source in ["a == 'open'", "a.value", "a.name", "a in ('open', 'paid')", "not a"]:
        case(source, a=status)
    level = member("Level", of=int, HIGH=3)
    for source in ["a == 3", "a == 4", "a.name", "a.value + 1", "a in (1, 3)"]:
        case(source, a=level)
    case("a > 2", a=level)
    point = named_tuple("Point", x=1, y=2)
    for source in ["a.x", "a[1]", "a.x + a.y", "len(a)", "3 in a", "a.z", "a[2]",
                   "sum(a)", "any(n == 2 for n in a)"]:
        case(source, a=point)
    case("a == b", a=point, b=(1, 2))
    case("a.id == 7", a=proxy("SimpleLazyObject", obj("User", {"id": 7})), python="True",
         rule="a loaded value of a known library is data")
    case("a.id == 7", a=proxy("SimpleLazyObject"), error="not_loaded", rule="nothing is ever loaded")
    case("a.id == 7", a=proxy("LocalProxy", obj("User", {"id": 7})), python="True",
         rule="a loaded value of a known library is data")
    case("a.id == 7", a=proxy("LocalProxy"), error="not_loaded", rule="nothing is ever loaded")
    case("a == 7", a=proxy("LocalProxy", 7), error="needs_code",
         rule="a proxy compares by code of its own")


def library():
    """Values of the standard library that have an order of their own."""
    group("library")
    numbers = ["0", "-0", "1", "1.0", "99.9", "100", "100.00", "129.90", "-5", "1E+3", "1E-400",
               "1E+400", "0.1", "0.5", "9007199254740993", "Infinity", "-Infinity"]
    for number in numbers:
        for other in (0, 1, 100, 1000, 0.1, 0.5, 99.9, 129.9, 2.0**53, MAX, BIG, INF, -5, True):
            case("a < b", a=Decimal(number), b=other)
            case("a == b", a=Decimal(number), b=other)
    for left, right in [("1", "1.00"), ("1.5", "1.50001"), ("-1", "1"), ("NaN", "1"), ("1E+9", "1E9"),
                        ("12345678901234567890.12345678", "12345678901234567890.12345679")]:
        for operator in ("==", "!=", "<", ">="):
            case(f"a {operator} b", a=Decimal(left), b=Decimal(right))
    total = Decimal("129.90")
    case("total > 100 and total <= 129.9", total=total)
    case("100 < total < 200", total=total)
    case("total in (1, 129.90)", total=total)
    case("max(a) > 100", a=[total, Decimal("3")])
    case("total == 'x'", total=total)
    case("total == None", total=total)
    case("total > 'x'", total=total)
    case("total > b", total=total, b=NAN)
    case("total == b", total=total, b=NAN)
    case("not a", a=Decimal("0.00"))
    case("not a", a=total)
    case("not a", a=Decimal("NaN"))
    case("total + 1 > 100", total=total, error="needs_code",
         rule="arithmetic of decimals rounds as the application's context says")
    case("total * 2", total=total, error="needs_code",
         rule="arithmetic of decimals rounds as the application's context says")
    case("total.is_nan()", total=total, refused="would run application code")
    case("a == b", a=Decimal("1." + "0" * 60 + "1"), b=1, error="unreadable",
         rule="a decimal of more than 38 digits is not read")
    early, late = datetime(2026, 11, 22, 12, 4, 31, 7), datetime(2026, 11, 22, 12, 4, 32)
    for operator in ("==", "!=", "<", "<=", ">", ">="):
        case(f"a {operator} b", a=early, b=late)
        case(f"a {operator} b", a=date(2026, 11, 22), b=date(2026, 11, 22))
        case(f"a {operator} b", a=timedelta(1), b=timedelta(0, 86_399, 999_999))
    for source in ["a.year == 2026", "a.month", "a.day", "a.hour >= 12", "a.minute", "a.second",
                   "a.microsecond"]:
        case(source, a=early)
    case("a.year * 100 + a.month", a=date(2026, 11, 22))
    case("a.hour", a=date(2026, 11, 22))
    for source in ["a.days", "a.seconds", "a.microseconds"]:
        case(source, a=timedelta(-1, 5, 6))
    case("not a", a=timedelta(0))
    case("not a", a=timedelta(0, 0, 1))
    case("not a", a=date(1, 1, 1))
    case("a == b", a=date(2026, 11, 22), b=datetime(2026, 11, 22))
    case("a < b", a=date(2026, 11, 22), b=datetime(2026, 11, 22))
    case("a == 5", a=early)
    case("a < 5", a=early)
    case("a in b", a=early, b=[late, early])
    case("a.total_seconds() > 5", a=timedelta(1), refused="would run application code")
    one, other = UUID(int=7), UUID(int=2**127 + 5)
    for operator in ("==", "!=", "<", ">"):
        case(f"a {operator} b", a=one, b=other)
    case("a == b", a=one, b=UUID(int=7))
    case("a == '00000000-0000-0000-0000-000000000007'", a=one)
    queue = deque([1, "x", None])
    for source in ["len(a)", "a[0]", "a[-1]", "a[3]", "'x' in a", "2 in a", "not a",
                   "any(x is None for x in a)"]:
        case(source, a=queue)
    case("not a", a=deque())
    case("max(a)", a=deque([3, 9, 4]))
    case("a == b", a=queue, b=[1, "x", None], error="needs_code",
         rule="equality of deques is not known")


def bounds():
    group("bound")
    case("a == b", a=nested(40), b=nested(40), error="too_deep",
         rule="a comparison goes 16 collections deep")
    case("a == b", a=nested(12), b=nested(12))
    case("a < b", a=nested(40), b=nested(40), error="too_deep",
         rule="a comparison goes 16 collections deep")
    case("a % b", a=MIN, b=-1)
    case("a // b", a=MIN + 1, b=-1)
    case("a.upper() + b.upper()", a=times("x", 1500), b=times("y", 1500), error="too_long",
         rule="a computed string has 2,048 bytes")
    case("a.upper() == b", a=times("é", 1000), b=times("É", 1000))
    case("a + b == c", a=times("é", 1000), b="x", c=1)
    case(" or ".join(f"a == {number}" for number in range(80)), a=79)
    case(" + ".join(["(a"] * 70) + ")" * 70, a=1, refused="nested deeper")
    case("any(any(any(any(any(a == 1 for a in b) for b in c) for c in d) for d in e) for e in f)",
         f=[], refused="generators stand within each other")
    stack = "a"
    for _ in range(40):
        stack = f"max(a, {stack})"
    case("a in (" + ", ".join(["a"] * 200) + ")", a=1)
    case(stack, a=1)
    stack = "a"
    for _ in range(6):
        stack = "max(" + "a, " * 15 + stack + ")"
    case(stack, a=1, refused="holds more than 64 values")
    case("matches(a, r'\\w{500}')", a="x", refused="more memory than a condition may have")


SECTIONS = (
    literals, logic, foreign, truthiness, equality, ordering, identity, membership, arithmetic,
    elements, attributes, functions, methods, patterns, refusals, readings, kinds, library, bounds,
)


#: Rows of the table of differences, and the rules around it, with what was typed for them.
ROWS = {
    "logic yields the operand": [("a and b",), ("a or b",), ("not a",)],
    "logic has the host's precedence": [("a or b and c",), ("not a == b",)],
    "truth of what is no boolean": [("not a", {"a": []}), ("not a", {"a": ""}), ("not a", {"a": None})],
    "a user __bool__ or __len__": [("not a", {"a": obj("Cart", overrides=["__bool__"])}),
                                   ("not a", {"a": obj("Cart", overrides=["__len__"])})],
    "equality is structural": [("a == b", {"a": [1, 2], "b": [1, 2]})],
    "a user __eq__": [("a == 'x'", {"a": obj("Cart", overrides=["__eq__"])})],
    "identity": [("1 is True",), ("a is b",)],
    "membership": [("a in b", {"a": 1, "b": [1, 2]}), ("a in b", {"a": "b", "b": "abc"}),
                   ("a in b", {"a": "a", "b": {"a": 1}}), ("a in b", {"a": 2, "b": {1, 2}})],
    "integers beyond 64 bits compare": [("a == b", {"a": BIG, "b": BIG + 1}), ("a < b", {"a": BIG, "b": MAX})],
    "arithmetic beyond 64 bits": [("a + b", {"a": MAX, "b": 1})],
    "an integer with a float is exact": [("a == b", {"a": 2**53 + 1, "b": float(2**53)})],
    "7/2": [("a / b", {"a": 7, "b": 2})],
    "-7/2": [("a / b", {"a": -7, "b": 2}), ("a // b", {"a": -7, "b": 2})],
    "-7%3": [("a % b", {"a": -7, "b": 3})],
    "division by zero": [("a / b", {"a": 1, "b": 0}), ("a % b", {"a": 1.0, "b": 0})],
    "chained comparison": [("1 < a < 3",)],
    "// is floor division": [("a // b", {"a": 7, "b": 2})],
    "# opens a comment": [("1 # one",)],
    "a[-1]": [("a[b]", {"a": [1, 2, 3], "b": -1})],
    "out of range": [("a[b]", {"a": [1, 2, 3], "b": 3})],
    "missing key": [("a[b]", {"a": {"a": 1}, "b": "b"}), ("a.get('y')",)],
    "attribute absent": [("a.nothing",)],
    "attribute of null": [("a.b", {"a": None})],
    "string length counts code points": [("len(a)", {"a": "a😀"})],
    "string index is by code point": [("a[b]", {"a": "a❄😀", "b": 2})],
    "string order is by code point": [("a < b", {"a": "\uffff", "b": "😀"})],
    "regular expressions search": [("matches(a, r'\\bfoo\\b')",)],
    "null words": [("a is None",), ("a == null",)],
    "mangled names": [("x.__missing",)],
    "globals of the module": [("limit > 3",)],
    "builtins": [("isinstance(a, int)",)],
    "NaN has no order": [("a < b", {"a": NAN, "b": 1}), ("not (a < 5)",)],
    "NaN is equal to nothing": [("a == b", {"a": NAN, "b": NAN}), ("a != b", {"a": NAN, "b": NAN})],
    "unbound local": [("x is None", {"x": UNSET})],
    "unknown name": [("totl > 1",)],
    "a flat chain of or has depth 1": [(" or ".join(["a"] * 200),)],
    "i64::MIN % -1": [("a % b", {"a": MIN, "b": -1})],
    "a visible name wins": [("null", {"null": 5}), ("len(a)", {"a": 1, "len": 5})],
    "a borrowed spelling is echoed": [("a && b || !c",)],
    "optional access": [("a?.b.c",)],
    "reading: there": [("x", {"x": 1}), ("x.y", {"x": obj("Cart", {"y": 1})})],
    "reading: absent": [("x.y", {"x": obj("Cart")})],
    "reading: needs code": [("x.y", {"x": obj("Cart", needs_code=["y"])})],
    "reading: not loaded": [("x.y", {"x": obj("Cart", not_loaded=["y"])})],
    "reading: unset": [("x", {"x": UNSET})],
    "reading: redacted": [("x[y]",)],
    "reading: unreadable": [("x[0]", {"x": range(2**70)})],
    "reading: out of fuel": [("any(y < 0 for y in x)",)],
    "side door: by name": [("password",), ("a.password",)],
    "side door: by a constant key": [("a['password']",), ("a.get('token')",)],
    "side door: by a dynamic key": [("a[b]", {"a": {"password": 1}, "b": "password"}),
                                    ("a['pass' + b]",), ("a.get(b)", {"a": {"token": 1}, "b": "token"})],
    "side door: in": [("a in b", {"a": "password", "b": {"password": 1}})],
    "side door: any over values": [("any(v > 1 for v in a.values())", {"a": {"token": 5}}),
                                   ("max(a.values())", {"a": {"x": 1, "secret": 5}})],
    "side door: equality of containers": [("a == b", {"a": {"password": 1}, "b": {"password": 1}})],
}


if __name__ == "__main__":
    main(__file__, SECTIONS, ROWS)
