"""The conditions of `tests/conformance`, evaluated in real frames of this interpreter."""

import subprocess
import sys
import types
from collections import Counter

import pytest
import stillframe
from conftest import Probe, wait_for
from vectors import FOLDER, Maker, Skip, conditions, is_unset, tell

CASES = conditions()
#: How many cases ran, and why others did not.
RAN, SKIPPED = [0], Counter()


def text_of(number, case):
    """The function of a case: its variables are parameters, and it may stand in a class."""
    function = [
        f"def case_{number}({', '.join(case['vars'])}):",
        *(f"    del {name}" for name, value in case["vars"].items() if is_unset(value)),
        f"    return {number}  #: {number}",
    ]
    if "inside" not in case:
        return function
    name = case["inside"]
    body = [f"    {line}" for line in function]
    return [f"class {name}:", *body, f"case_{number} = {name}.case_{number}", f"del {name}"]


@pytest.fixture(scope="module")
def functions(agent, tmp_path_factory):
    """A function for each case, its variables as parameters, in one file."""
    path = tmp_path_factory.mktemp("conformance") / "conformance_cases.py"
    lines = []
    for number, case in enumerate(CASES):
        lines += text_of(number, case)
    path.write_text("\n".join(lines) + "\n")
    module = types.ModuleType("conformance_cases")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    namespace = module.__dict__
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    at = {int(text.split("#:")[1]): line for line, text in enumerate(lines, 1) if "#:" in text}
    yield path, namespace, at
    del sys.modules[module.__name__]
    tell("conditions-python.json", RAN[0], SKIPPED)


def test_the_file_says_what_this_python_says():
    command = [sys.executable, str(FOLDER / "python_conditions.py"), "--check"]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda at: CASES[at]["name"])
def test_a_condition_means_what_python_means(functions, number):
    path, namespace, lines = functions
    case = CASES[number]
    maker = Maker()
    try:
        variables = dict(maker.variables(case["vars"]))
        globals_ = {name: maker.make(value) for name, value in case.get("globals", {}).items()}
    except Skip as reason:
        SKIPPED[str(reason)] += 1
        pytest.skip(str(reason))
    RAN[0] += 1
    arguments = [variables.get(name) for name in case["vars"]]
    location = f"{path}:{lines[number]}"
    namespace.update(globals_)
    try:
        evaluate(case, namespace[f"case_{number}"], arguments, location)
    finally:
        for name in globals_:
            del namespace[name]


def evaluate(case, function, arguments, location):
    expect = case["expect"]
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
        function(*arguments)
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
