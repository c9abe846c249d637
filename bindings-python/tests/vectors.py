"""Python's values for those of `tests/conformance/`, and what of a case is for this version."""

import builtins
import collections
import contextvars
import datetime
import decimal
import enum
import importlib
import json
import os
import sys
import uuid
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "tests" / "conformance"
#: Where the gate sums up; read before the tests take our variables out of the environment.
SUMMARY = os.environ.get("STILLFRAME_CONFORMANCE")
VERSION = "%d.%d" % sys.version_info[:2]


class Skip(Exception):
    """Why a case cannot run here."""


class Ran(Exception):
    """Code of the application ran on our account."""


def must_not_run(*_arguments, **_named):
    raise Ran


def conditions():
    """The cases of conditions, as this version of Python decides them."""
    cases = json.loads((FOLDER / "conditions-python.json").read_text())
    return [{**case, **case.get("versions", {}).get(VERSION, {})} for case in cases]


def load(name):
    return json.loads((FOLDER / name).read_text())


def library(module, name):
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError:
        raise Skip(f"{module.split('.')[0]} is not installed for {VERSION}") from None


class Maker:
    """Makes the values of one case. Objects under one name are one object."""

    def __init__(self):
        self.made, self.classes = {}, {}

    def variables(self, tagged):
        """The values of `vars`, but for those that are not set."""
        for name, value in tagged.items():
            if not is_unset(value):
                self.made[name] = self.make(value)
        return self.made

    def make(self, tagged):
        if tagged is None or isinstance(tagged, bool):
            return tagged
        ((tag, content),) = tagged.items()
        return getattr(self, "of_" + tag)(content)

    def all(self, items):
        return [self.make(item) for item in items]

    def named_class(self, name, bases=(), members=None):
        if name not in self.classes:
            known = getattr(builtins, name, None)
            made = known if isinstance(known, type) else type(name, tuple(bases), members or {})
            self.classes[name] = made
        return self.classes[name]

    def of_int(self, digits):
        return int(digits)

    def of_float(self, text):
        return float(text)

    def of_str(self, text):
        return text

    def of_points(self, points):
        return "".join(map(chr, points))

    def of_bytes(self, content):
        return bytes(content)

    def of_list(self, items):
        return self.all(items)

    def of_tuple(self, items):
        return tuple(self.all(items))

    def of_set(self, items):
        return set(self.all(items))

    def of_frozenset(self, items):
        return frozenset(self.all(items))

    def of_dict(self, entries):
        return {self.make(key): self.make(value) for key, value in entries}

    def of_range(self, bounds):
        return range(*(one if isinstance(one, int) else self.make(one) for one in bounds))

    def of_decimal(self, text):
        return decimal.Decimal(text)

    def of_date(self, text):
        return datetime.date.fromisoformat(text)

    def of_datetime(self, text):
        return datetime.datetime.fromisoformat(text)

    def of_timedelta(self, parts):
        return datetime.timedelta(*parts)

    def of_uuid(self, text):
        return uuid.UUID(text)

    def of_deque(self, items):
        return collections.deque(self.all(items))

    def of_times(self, content):
        value, count = content
        return self.make(value) * count

    def of_class(self, name):
        return self.named_class(name)

    def of_module(self, name):
        return importlib.import_module(name)

    def of_var(self, name):
        return self.made[name]

    def of_subclass(self, content):
        base = getattr(builtins, content["of"])
        return self.named_class(content["type"], (base,))(self.make(content["value"]))

    def of_namedtuple(self, content):
        fields = content["fields"]
        return collections.namedtuple(content["type"], list(fields))(*self.all(fields.values()))

    def of_enum(self, content):
        bases = (getattr(builtins, content["of"]),) if "of" in content else ()
        body = enum.EnumMeta.__prepare__(content["type"], (*bases, enum.Enum))
        body[content["name"]] = self.make(content["value"])
        return enum.EnumMeta(content["type"], (*bases, enum.Enum), body)[content["name"]]

    def of_proxy(self, content):
        is_loaded = "target" in content
        target = self.make(content["target"]) if is_loaded else None
        if content["type"] == "SimpleLazyObject":
            lazy = library("django.utils.functional", "SimpleLazyObject")
            made = lazy((lambda: target) if is_loaded else must_not_run)
            if is_loaded:
                made._setup()
            return made
        made = contextvars.ContextVar("target")
        if is_loaded:
            made.set(target)
        return library("werkzeug.local", "LocalProxy")(made)

    def of_object(self, content):
        bases = [self.named_class(name) for name in content.get("bases", ())]
        members = {name: property(must_not_run) for name in content.get("needs_code", ())}
        members.update((name, must_not_run) for name in content.get("overrides", ()))
        for name in content.get("not_loaded", ()):
            members[name] = library("django.db.models.query_utils", "DeferredAttribute")(None)
        made = object.__new__(self.named_class(content["type"], bases, members))
        for name, value in content.get("fields", {}).items():
            object.__setattr__(made, name, self.make(value))
        return made


def is_unset(tagged):
    return tagged == {"missing": "unset"}


def tell(file, ran, skipped):
    """Says how many cases of a file ran in real frames, and why others did not: to who runs the
    tests, and to the gate, which sums up all runtimes."""
    lines = [f"{file}\tPython {VERSION}\t{ran}\t{sum(skipped.values())}"]
    lines += [f"\t{count}\t{reason}" for reason, count in sorted(skipped.items())]
    print("\n".join(lines).expandtabs())
    if SUMMARY:
        with open(SUMMARY, "a") as summary:
            summary.write("\n".join(lines) + "\n")
