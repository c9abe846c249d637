"""The conditions of `tests/conformance`, evaluated in real frames of this interpreter."""

import builtins
import importlib
import json
import sys
import types
from pathlib import Path

import pytest
import stillframe
from conftest import Probe, wait_for

CASES = json.loads(
    (Path(__file__).parents[2] / "tests" / "conformance" / "conditions-python.json").read_text()
)
#: Cases that cannot be built here, and why.
SKIPPED = "lazy attributes belong to libraries; test_libraries.py reads real ones"


class Builder:
    """Values of one case."""

    def __init__(self):
        self.classes, self.made = {}, {}

    def named_class(self, name, bases=(), members=None):
        if name not in self.classes:
            known = getattr(builtins, name, None)
            made = known if isinstance(known, type) else type(name, tuple(bases), members or {})
            self.classes[name] = made
        return self.classes[name]

    def build(self, tagged):
        if not isinstance(tagged, dict):
            return tagged
        [(tag, body), *_] = tagged.items()
        return getattr(self, "of_" + tag)(body)

    def all(self, items):
        return [self.build(item) for item in items]

    def of_int(self, body):
        return int(body)

    def of_float(self, body):
        return float(body)

    def of_str(self, body):
        return body

    def of_points(self, body):
        return "".join(map(chr, body))

    def of_bytes(self, body):
        return bytes(body)

    def of_list(self, body):
        return self.all(body)

    def of_tuple(self, body):
        return tuple(self.all(body))

    def of_set(self, body):
        return set(self.all(body))

    def of_frozenset(self, body):
        return frozenset(self.all(body))

    def of_dict(self, body):
        return {self.build(key): self.build(value) for key, value in body}

    def of_range(self, body):
        return range(*body)

    def of_class(self, body):
        return self.named_class(body)

    def of_module(self, body):
        return importlib.import_module(body)

    def of_var(self, body):
        return self.made[body]

    def of_subclass(self, body):
        base = getattr(builtins, body["of"])
        return self.named_class(body["type"], (base,))(self.build(body["value"]))

    def of_object(self, body):
        if body.get("not_loaded"):
            pytest.skip(SKIPPED)

        def ran(*_):
            raise AssertionError("code of the application ran")

        bases = [self.named_class(name) for name in body.get("bases", ())]
        members = {name: property(ran) for name in body.get("needs_code", ())}
        members |= dict.fromkeys(body.get("overrides", ()), ran)
        made = object.__new__(self.named_class(body["type"], bases, members))
        for name, value in body.get("fields", {}).items():
            object.__setattr__(made, name, self.build(value))
        return made

    def variables(self, tagged):
        for name, value in tagged.items():
            unset = isinstance(value, dict) and "missing" in value
            self.made[name] = None if unset else self.build(value)
        return self.made


@pytest.fixture(scope="module")
def functions(agent, tmp_path_factory):
    """A function for each case, its variables as parameters, in one file."""
    path = tmp_path_factory.mktemp("conformance") / "conformance_cases.py"
    lines = []
    for number, case in enumerate(CASES):
        unset = [name for name, value in case["vars"].items() if value == {"missing": "unset"}]
        lines += [
            f"def case_{number}({', '.join(case['vars'])}):",
            *(f"    del {name}" for name in unset),
            f"    return {number}  #: {number}",
        ]
    path.write_text("\n".join(lines) + "\n")
    module = types.ModuleType("conformance_cases")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    namespace = module.__dict__
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    at = {int(text.split("#:")[1]): line for line, text in enumerate(lines, 1) if "#:" in text}
    yield path, namespace, at
    del sys.modules[module.__name__]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda at: CASES[at]["name"])
def test_a_condition_means_what_python_means(functions, number):
    path, namespace, lines = functions
    case = CASES[number]
    variables = Builder().variables(case["vars"])
    expect, location = case["expect"], f"{path}:{lines[number]}"
    try:
        # A log has the quota for hundreds of cases a second; it is made where the test is true.
        placed = Probe(location, condition=case["source"], log="true")
    except stillframe.StillframeError as error:
        assert "refused" in expect, error
        # The agent refuses the longest ones before it looks inside.
        wanted = "4096 bytes" if len(case["source"]) > 4096 else expect["refused"].lower()
        assert wanted in str(error).lower()
        return
    try:
        report = wait_for(placed.settled, "never left pending")
        if "refused" in expect:
            assert report["state"] == "refused", report
            assert expect["refused"].lower() in repr(report["why"]).lower()
            return
        assert report["state"] == "armed", report
        assert namespace[f"case_{number}"](**variables) == number
        counters = placed.counters()
        counted = (
            counters["captured"], counters["condition_false"], counters["condition_failed"]
        )
        if "error" in expect:
            assert counted == (0, 0, 1), placed.report()
        elif "test" in case:
            wanted = {True: (1, 0, 0), False: (0, 1, 0)}[case["test"]]
            assert counted == wanted, placed.report()
    finally:
        placed.remove()
