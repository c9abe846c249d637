"""Objects of the standard library that mean more than their fields, as captures show them."""

import collections
import datetime
import decimal
import enum
import fractions
import json
import pathlib
import queue
import uuid

import pytest
import stillframe
from conftest import Probe, is_asking, wait_for

try:
    import zoneinfo
except ImportError:
    zoneinfo = None

UTC = datetime.timezone.utc
CET = datetime.timezone(datetime.timedelta(hours=1))
ODD = datetime.timezone(-datetime.timedelta(hours=5, minutes=30, seconds=7, microseconds=9))
NAMED = datetime.timezone(datetime.timedelta(hours=2), "CEST")


class Local(datetime.tzinfo):
    """A zone whose offset only its own code knows."""

    def utcoffset(self, when):
        raise AssertionError("application code ran")

    tzname = dst = utcoffset


#: What is shown as `str` writes it.
VALUES = [
    *map(decimal.Decimal, [
        "0", "-0", "0.00", "12.50", "129.90", "-1.5", "1E+3", "1.23E-8", "0.000005", "5E-7", "0E+2",
        "1234567890123456789012.5", "10000000000000000007", "-99999999999999999999999999.99",
        "Infinity", "-Infinity", "NaN", "-NaN", "sNaN", "NaN123", "1E+999999", "0.1" + "0" * 40,
        "9" * 60,
    ]),
    datetime.date(1, 1, 1), datetime.date(2026, 11, 22), datetime.date(9999, 12, 31),
    datetime.time(0, 0), datetime.time(12, 4, 31, 207_000), datetime.time(1, 2, 3, 4, UTC),
    datetime.time(1, 2, 3, 4, fold=1),
    datetime.datetime(2026, 11, 22), datetime.datetime(2026, 11, 22, 12, 4, 31, 207_001),
    datetime.datetime(2026, 11, 22, 12, 4, 31, 7, UTC),
    datetime.datetime(2026, 1, 2, 3, 4, 5, 0, CET),
    datetime.datetime(2026, 1, 2, 3, 4, 5, 0, ODD),
    datetime.datetime(2026, 1, 2, 3, 4, tzinfo=NAMED),
    datetime.datetime.min, datetime.datetime.max,
    datetime.timedelta(0), datetime.timedelta(1), datetime.timedelta(-1),
    datetime.timedelta(-1, 1, 5),
    datetime.timedelta(400, 7_384, 6), datetime.timedelta.max, datetime.timedelta.min,
    UTC, CET, ODD, NAMED,
    uuid.UUID(int=0), uuid.UUID("12345678-9abc-def0-1234-56789abcdef0"), uuid.UUID(int=2**128 - 1),
    fractions.Fraction(3, 4), fractions.Fraction(-7, 2), fractions.Fraction(5), fractions.Fraction(0),
    *map(pathlib.PurePosixPath, [
        "", ".", "a", "a/b", "/", "/a/b.py", "//a", "///a", "a//b/./c/", "./a", "..", "../a",
        ".hidden", "a/.b/..c/...", "/é/❄/😀", "a/.", "./.",
    ]),
    pathlib.Path("/srv") / "app" / "main.py", pathlib.Path("a") / "/b" / "c",
    pathlib.Path("x", "y/z"),
]


@pytest.fixture
def capture(place):
    """What a snapshot shows of values, under the names they are given."""

    def take(limits=None, **values):
        text = f"def look({', '.join(values)}):\n    return None  #: here\n"
        there, got = place(text), queue.Queue()
        # How much is taken of a value is the command line's to say, not the API's.
        spec = {"location": f"{there.path}:2", "capture": limits or {}}
        made = stillframe._native.probe(json.dumps(spec), got.put)
        reports = lambda: [one for one in stillframe.status()["probes"] if one["probe"] == made]
        wait_for(lambda: reports()[0]["state"] == "armed", "never armed")
        there.module.look(**values)
        shown = got.get(timeout=20)["locals"]
        stillframe.remove(made)
        return shown

    return take


def many(capture, values):
    """Captures them a few at a time: a snapshot has so many bytes."""
    shown = []
    for at in range(0, len(values), 20):
        part = {f"v{number}": value for number, value in enumerate(values[at : at + 20])}
        shown += capture(**part).values()
    return shown


def test_they_are_shown_as_python_writes_them(capture):
    # Asked for before: `str` of a path is kept by the path.
    anew = lambda value: type(value)(value) if isinstance(value, pathlib.PurePath) else value
    values = [anew(value) for value in VALUES]
    for value, shown in zip(values, many(capture, values)):
        assert shown == {"$type": type(value).__name__, "$value": str(value)}
    for value, shown in zip(values, many(capture, values)):
        assert shown["$value"] == str(value)


def test_a_long_one_is_cut_and_says_so(capture):
    shown = capture(d=decimal.Decimal("9" * 900))["d"]
    assert shown["$type"] == "Decimal"
    text = shown["$value"]
    text = text["$text"] if isinstance(text, dict) else text
    assert set(text.rstrip("…")) == {"9"} and 200 < len(text) < 600


@pytest.mark.skipif(zoneinfo is None, reason="no zoneinfo in this Python")
def test_a_zone_is_named_where_its_rules_would_be_needed(capture):
    try:
        berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    except zoneinfo.ZoneInfoNotFoundError:
        pytest.skip("the system has no time zones")
    when = datetime.datetime(2026, 7, 1, 12, tzinfo=berlin)
    shown = capture(when=when, berlin=berlin)
    assert shown["when"] == {"$type": "datetime", "$value": "2026-07-01 12:00:00[Europe/Berlin]"}
    assert shown["berlin"] == {"$type": "ZoneInfo", "$value": "Europe/Berlin"}


def test_a_zone_of_the_application_is_shown_apart(capture):
    when = datetime.datetime(2026, 7, 1, 12, tzinfo=Local())
    assert capture(when=when)["when"] == {
        "$type": "datetime", "$value": "2026-07-01 12:00:00", "tzinfo": {"$type": "Local"},
    }


def test_subclasses_show_what_they_store_otherwise(capture):
    class Stamp(datetime.datetime):
        def __str__(self):
            raise AssertionError("application code ran")

        isoformat = __repr__ = __str__

    stamp = Stamp(2026, 7, 1)
    stamp.note = "x"
    # No code of the class names what was set from outside.
    stored = {"…": {"$missing": "unreadable"}} if is_asking() else {"note": "x"}
    assert capture(stamp=stamp)["stamp"] == {"$type": "Stamp", **stored}


def test_deques_are_shown_as_lists_are(capture):
    long = collections.deque(range(300))
    long.rotate(130)
    short = collections.deque([1, [2]], maxlen=3)
    one, none = collections.deque(["x"]), collections.deque()
    popped = collections.deque(range(200))
    for _ in range(150):
        popped.popleft()
    shown = capture({"items": 300}, long=long, short=short, one=one, none=none, popped=popped)
    assert shown["long"] == {"$type": "deque", "$items": list(long), "$length": 300}
    assert shown["short"] == {"$type": "deque", "$items": [1, [2]], "$length": 2}
    assert shown["one"] == {"$type": "deque", "$items": ["x"], "$length": 1}
    assert shown["none"] == {"$type": "deque", "$items": [], "$length": 0}
    assert shown["popped"]["$items"] == list(range(150, 200))
    cut = capture({"items": 3}, long=long)["long"]
    assert (cut["$items"], cut["$missing"], cut["$length"]) == (list(long)[:3], "items", 300)


def test_tuples_with_names_show_them(capture):
    Point = collections.namedtuple("Point", "x y")

    class Other(tuple):
        _fields = ("x",)

    shown = capture(point=Point(1, [2]), other=Other([5]))
    assert shown["point"] == {"$type": "Point", "x": 1, "y": [2]}
    assert shown["other"] == {"$type": "Other", "$items": [5], "$length": 1}


def test_a_value_is_shown_wherever_it_stands(capture):
    class Status(str, enum.Enum):
        OPEN = "open"

    class Name(str):
        pass

    deep = {"a": {"b": {"c": decimal.Decimal("1.50"), "d": Name("x"), "e": [1], "f": Status.OPEN}}}
    found = capture(deep=deep)["deep"]["a"]["b"]
    assert found["c"] == {"$type": "Decimal", "$value": "1.50"}
    assert found["d"] == {"$type": "Name", "$value": "x"}
    assert found["e"]["$missing"] == "depth"
    assert found["f"] == {"$type": "Status", "$value": "open", "$missing": "depth"}


def test_aware_moments_compare_as_instants(place):
    there = place("def look(a, b):\n    return a  #: here\n")
    noon = datetime.datetime(2026, 1, 2, 12, 0, 0, 5, UTC)
    one = datetime.datetime(2026, 1, 2, 13, 0, 0, 5, CET)
    odd = noon.astimezone(ODD)
    before = datetime.datetime(2026, 1, 2, 12, 59, 59, 0, CET)
    naive = datetime.datetime(2026, 1, 2, 12, 0, 0, 5)
    local = datetime.datetime(2026, 1, 2, 12, tzinfo=Local())
    leap = datetime.datetime(2024, 2, 29, 23, 59, 59, 999_999, UTC)
    cases = [
        ("a == b", noon, one), ("a < b", noon, one), ("a > b", noon, before), ("a == b", odd, one),
        ("a == b", noon, naive), ("a < b", leap, noon),
        ("a < b", datetime.datetime.min.replace(tzinfo=UTC), leap),
    ]
    for condition, a, b in cases:
        with Probe(f"{there.path}:2", condition=condition, log="true") as probe:
            there.module.look(a, b)
            counters = probe.counters()
        holds = eval(condition, {"a": a, "b": b})
        assert counters["captured"] == holds, (condition, a, b)
        assert counters["condition_failed"] == 0, (condition, a, b)
    for condition, a, b in [("a < b", noon, naive), ("a == b", noon, local)]:
        with Probe(f"{there.path}:2", condition=condition, log="true") as probe:
            there.module.look(a, b)
            assert probe.counters()["condition_failed"] == 1, (condition, a, b)


def test_numbers_that_look_like_cards_are_redacted(capture):
    shown = capture(d=decimal.Decimal("4111111111111111"))["d"]
    assert shown["$value"] == {"$missing": "redacted"}


def test_complex_numbers_and_ranges_show_their_parts(capture):
    shown = capture(c=1.5 - 2j, r=range(2, 20, 3))
    assert shown["c"] == {"$type": "complex", "real": 1.5, "imag": -2.0}
    assert shown["r"] == {"$type": "range", "start": 2, "stop": 20, "step": 3}
