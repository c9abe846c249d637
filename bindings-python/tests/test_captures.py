"""Captures of `tests/conformance/captures.json`, taken in real frames of this interpreter."""

import collections
import datetime
import decimal
import enum
import fractions
import importlib.util
import json
import os
import pathlib
import sys
import types
import uuid
from collections import Counter

import stillframe
from vectors import Skip, load, must_not_run, tell

CASES = load("captures.json")["cases"]
#: A process takes so many snapshots at once; a new agent begins anew.
BURST = 25
CONTAINERS = {"list": list, "tuple": tuple, "set": set, "frozen_set": frozenset}
#: Types of the standard library by name, and what makes one of the text that stands for it.
STANDARD = {
    "Decimal": decimal.Decimal,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
    "datetime": datetime.datetime.fromisoformat,
    "timedelta": lambda text: {"-1 day, 0:00:01.000005": datetime.timedelta(-1, 1, 5)}[text],
    "UUID": uuid.UUID,
    "PosixPath": pathlib.PosixPath,
    "Fraction": fractions.Fraction,
}
#: Why a Python frame has no variable of the kind. The list may only shrink.
NO_VARIABLE = "a variable of Python's is there or not set: other reasons are of fields or hosts"
OTHER_STORAGE = "Python stores no string so, and counts it otherwise"


class Builder:
    """Makes the values of one case. Objects under one label are one object."""

    def __init__(self):
        self.labels = {}

    def make(self, given):
        if not isinstance(given, dict):
            return given
        if "same" in given:
            return self.labels[given["same"]]
        for tag in ("undefined", "int", "float", "text", "units", "bytes", "missing"):
            if tag in given:
                return getattr(self, "of_" + tag)(given)
        made = getattr(self, "a_" + given["kind"])(given)
        if "label" in given:
            self.labels[given["label"]] = made
        return made

    def of_undefined(self, given):
        raise Skip("Python has no undefined")

    def of_missing(self, given):
        raise Skip(NO_VARIABLE)

    def of_int(self, given):
        text = given["int"]
        limit = getattr(sys, "get_int_max_str_digits", lambda: 0)() or len(text) + 1
        # Python may refuse to read more digits at once.
        zeros = len(text) - len(text.rstrip("0"))
        return int(text) if len(text) < limit else int(text.rstrip("0")) * 10**zeros

    def of_float(self, given):
        return float(given["float"])

    def of_text(self, given):
        text = given["text"] * given.get("times", 1)
        storage = given.get("as", "utf8")
        most = max(map(ord, text), default=0)
        if "times" in given and storage in ("utf8", "utf16") and most > 127:
            raise Skip(OTHER_STORAGE)
        return text

    def of_units(self, given):
        return "".join(map(chr, given["units"]))

    def of_bytes(self, given):
        return bytes.fromhex(given["bytes"]) * given.get("times", 1)

    def all(self, given):
        if "range" in given:
            return list(range(given["range"]))
        return [self.make(item) for item in given.get("items", ())]

    def container(self, given):
        if given.get("len", 0) is None:
            raise Skip("every collection of Python's knows its length")
        kind = CONTAINERS[given["kind"]]
        if given.get("type") == "deque":
            kind = collections.deque
        if given["kind"] == "list" and "label" in given:
            # It may hold itself.
            made = self.labels[given["label"]] = []
            made += self.all(given)
            return made
        return kind(self.all(given))

    a_list = a_set = a_frozen_set = container

    def a_tuple(self, given):
        if "fields" not in given:
            return self.container(given)
        names = [name for name, _ in given["fields"]]
        made = collections.namedtuple(given["type"], names)
        return made(*(self.make(value) for _, value in given["fields"]))

    def a_map(self, given):
        kind = {"OrderedDict": collections.OrderedDict}.get(given.get("type", "dict"), dict)
        made = kind()
        for key, value in given["entries"]:
            made[self.make(key)] = self.make(value)
        return made

    def a_range(self, given):
        return range(*(self.make(value) for _, value in given["fields"]))

    def subclass(self, given):
        value = self.make(given["underlying"])
        fields = dict(given.get("fields", ()))
        if {"name", "value"} <= set(fields):
            return enum.Enum(given["type"], {fields["name"]: value}, type=type(value))[fields["name"]]
        made = type(given["type"], (type(value),), {})(value)
        for name, value in fields.items():
            setattr(made, name, self.make(value))
        return made

    a_text = subclass

    def a_number(self, given):
        if given["type"] == "complex":
            return complex(*(self.make(value) for _, value in given["fields"]))
        if "underlying" not in given:
            raise Skip("every number type of Python's can be read")
        return self.subclass(given)

    def a_bytes(self, given):
        return bytearray(self.make(given["underlying"]))

    def a_instance(self, given):
        name, fields = given["type"], dict(given.get("fields", ()))
        if name in STANDARD:
            return STANDARD[name](*given["items"])
        if name == "ValueError":
            return ValueError(*(self.make(item) for item in fields["args"]["items"]))
        if {"name", "value"} == set(fields):
            return enum.Enum(name, {fields["name"]: fields["value"]})[fields["name"]]
        made = type(name, (), {})()
        if "label" in given:
            self.labels[given["label"]] = made
        for key, value in fields.items():
            if "missing" in (value if isinstance(value, dict) else ()):
                raise Skip("what needs code is no field of Python's, and is not looked for")
            made.__dict__[key] = self.make(value)
        return made

    def a_class(self, given):
        return type(dict(given["fields"])["__name__"], (), {})

    def a_function(self, given):
        made = lambda: must_not_run()
        made.__qualname__ = dict(given["fields"])["__name__"]
        return made

    def a_module(self, given):
        return types.ModuleType(dict(given["fields"])["__name__"])


def values_of(case):
    """Values of a case's variables; `...` for one that is not set. Raises [`Skip`]."""
    builder = Builder()
    unset = {"missing": "unset"}
    made = {}
    for name, given in case["locals"]:
        made[name] = ... if given == unset else builder.make(given)
    return made


def split():
    able, reasons = [], Counter()
    for case in CASES:
        try:
            able.append((case, values_of(case)))
        except Skip as reason:
            reasons[str(reason)] += 1
    return able, reasons


def text_of(at, values):
    """The function of a case; a variable that is not set is never assigned."""
    given = [name for name, value in values.items() if value is not ...]
    lines = [f"def case_{at}({', '.join(given)}):"]
    lines += [f"    for {name} in (): pass" for name, value in values.items() if value is ...]
    return [*lines, f"    return None  #: {at}"], given


def load_file(path):
    # As deployed before this process began.
    os.utime(path, (0, 0))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def same(found, wanted):
    return json.dumps(found, sort_keys=True) == json.dumps(wanted, sort_keys=True)


def test_captures_are_what_the_vectors_say(agent, tmp_path):
    able, skipped = split()
    lines, given = [], []
    for at, (_, values) in enumerate(able):
        text, names = text_of(at, values)
        lines += text
        given.append(names)
    path = tmp_path / "conformance_captures.py"
    path.write_text("\n".join(lines) + "\n")
    module = load_file(path)
    marks = {text.partition("#: ")[2]: at for at, text in enumerate(lines, 1) if "#: " in text}
    faults = []
    for first in range(0, len(able), BURST):
        got = {}
        stillframe.stop()
        stillframe.start(sink=lambda snapshot: None, service="tests")
        chunk = list(enumerate(able))[first : first + BURST]
        for at, (case, values) in chunk:
            spec = {"location": f"{path}:{marks[str(at)]}", "capture": case.get("limits", {})}
            put = lambda snapshot, at=at: got.update({at: snapshot})
            stillframe._native.probe(json.dumps(spec), put)
            getattr(module, f"case_{at}")(**{name: values[name] for name in given[at]})
        assert stillframe.flush(20)
        for at, (case, _) in chunk:
            for part, wanted in case["expect"].items():
                if part in ("locals", "missing") and not same(got[at].get(part), wanted):
                    faults.append((case["name"], got[at].get(part), wanted))
    tell("captures.json", len(able), skipped)
    assert not faults, f"{len(faults)}: " + "\n".join(map(str, faults[:20]))
    assert len(able) >= 60
