"""Log templates of `tests/conformance/templates-python.json`, rendered in real frames."""

import sys
import types
from collections import Counter

import pytest
import stillframe
from conftest import Probe, is_asking, wait_for
from vectors import Maker, Skip, is_unset, load, tell

CASES = load("templates-python.json")


def line_of(expected):
    """The line a case expects: a text, or pieces of which some are repeated."""
    if isinstance(expected, str):
        return expected
    return "".join(one if isinstance(one, str) else one[0] * one[1] for one in expected)


@pytest.fixture(scope="module")
def functions(agent, tmp_path_factory):
    """A function for each case, its variables as parameters, in one file."""
    path = tmp_path_factory.mktemp("conformance") / "conformance_templates.py"
    lines = []
    for number, case in enumerate(CASES):
        lines.append(f"def case_{number}({', '.join(case['vars'])}):")
        lines += [f"    del {name}" for name, value in case["vars"].items() if is_unset(value)]
        lines.append(f"    return {number}  #: {number}")
    path.write_text("\n".join(lines) + "\n")
    module = types.ModuleType("conformance_templates")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    at = {int(text.split("#:")[1]): line for line, text in enumerate(lines, 1) if "#:" in text}
    yield path, module, at
    del sys.modules[module.__name__]


def refusal(location, template):
    """Why a template is not placed or armed; `None` if it is."""
    try:
        placed = Probe(location, log=template)
    except stillframe.StillframeError as error:
        return str(error), None
    report = wait_for(placed.settled, "never left pending")
    if report["state"] == "refused":
        placed.remove()
        return repr(report["why"]), None
    return None, placed


def run(case, location, function):
    """What is wrong with a case, if anything."""
    if is_asking() and case["expect"].get("line") == "{!not loaded}":
        raise Skip("a proxy's own state is unreadable where values are asked for")
    maker = Maker()
    values = maker.variables(case["vars"])
    said, placed = refusal(location, case["template"])
    wanted = case["expect"]
    if said is not None:
        # The agent refuses the longest ones before it looks inside.
        expected = "4096 bytes" if len(case["template"]) > 4096 else wanted.get("refused")
        return None if expected and expected.lower() in said.lower() else said
    with placed:
        if "refused" in wanted:
            return "not refused"
        function(*(values.get(name) for name in case["vars"]))
        message = placed.snapshot()["message"]
        # Secrets by their look are replaced behind the template.
        shown = wanted.get("shown", wanted["line"])
        return None if message == line_of(shown) else message


def test_templates_render_as_the_vectors_say(functions):
    path, module, lines = functions
    faults, skipped, ran = [], Counter(), 0
    for number, case in enumerate(CASES):
        try:
            fault = run(case, f"{path}:{lines[number]}", getattr(module, f"case_{number}"))
        except Skip as reason:
            skipped[str(reason)] += 1
            continue
        ran += 1
        if fault is not None:
            faults.append((case["name"], fault, case["expect"]))
    tell("templates-python.json", ran, skipped)
    assert not faults, f"{len(faults)}: " + "\n".join(map(str, faults[:20]))
    assert ran > 100
