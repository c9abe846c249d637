"""What watches show of the values in `tests/conformance/`, in real frames."""

import importlib.util
import json
import os
import sys
from collections import Counter

import pytest
import stillframe
from vectors import Maker, Skip, conditions, is_unset, tell

CONDITIONS = conditions()
#: A process takes so many snapshots at once; a new agent begins anew.
BURST = 25
#: Watches of one probe, and bytes of their text that a snapshot repeats.
WATCHES = 32
EXPRESSION = 256


def shown(tagged):
    """What the JSON of a snapshot has for a tagged value."""
    if tagged is None or isinstance(tagged, bool):
        return tagged
    ((tag, content),) = tagged.items()
    if tag == "int":
        return int(content) if abs(int(content)) <= 2**53 else {"$int": content}
    if tag == "float":
        special = content in ("nan", "inf", "-inf")
        return {"$float": content} if special else float(content)
    if tag == "str":
        return content
    if tag == "bytes":
        return {"$bytes": bytes(content).hex()}
    if tag == "list":
        return [shown(item) for item in content]
    if tag in ("tuple", "set", "frozenset"):
        items = [shown(item) for item in content]
        return {"$type": tag, "$items": items, "$length": len(items)}
    if tag == "dict":
        entries = [[shown(key), shown(value)] for key, value in content]
        if all(isinstance(key, str) and not key.startswith("$") for key, _ in entries):
            return dict(entries)
        return {"$type": "dict", "$entries": entries, "$length": len(entries)}
    raise AssertionError(f"no form for {tag}")


def skipped(case):
    """Why a case cannot run in a real frame. The list may only shrink."""
    if case["expect"] == {"value": {"int": "3909821048582988049"}}:
        return "its digits are those of a payment card, which a snapshot redacts"
    try:
        maker = Maker()
        maker.variables(case["vars"])
        maker.variables(case.get("globals", {}))
    except Skip as reason:
        return str(reason)
    return None


class Group:
    """Cases with the same variables: one function, whose line they are watched at."""

    def __init__(self, number, cases):
        self.name, self.cases = f"group_{number}", cases
        self.vars, self.inside = cases[0]["vars"], cases[0].get("inside")
        self.globals = cases[0].get("globals", {})

    def text(self):
        given = [name for name, tagged in self.vars.items() if not is_unset(tagged)]
        unset = [name for name, tagged in self.vars.items() if is_unset(tagged)]
        lines = [f"def {self.name}({', '.join(given)}):"]
        lines += [f"    for {name} in (): pass" for name in unset]
        lines.append(f"    return None  #: {self.name}")
        if self.inside:
            body = [f"    {line}" for line in lines]
            kept = f"{self.name} = {self.inside}.{self.name}"
            lines = [f"class {self.inside}:", *body, kept, f"del {self.inside}"]
        return "\n".join([*lines, "", ""])

    def call(self, module):
        maker = Maker()
        getattr(module, self.name)(**maker.variables(self.vars))

    def put_globals(self, module):
        vars(module).update(Maker().variables(self.globals))

    def take_globals(self, module):
        for name in self.globals:
            delattr(module, name)


@pytest.fixture(scope="module")
def groups(tmp_path_factory):
    """The cases that are not refused, by their variables, and the file with their functions."""
    by_vars = {}
    for case in CONDITIONS:
        if "refused" not in case["expect"] and not skipped(case):
            key = json.dumps([case["vars"], case.get("globals"), case.get("inside")])
            chunks = by_vars.setdefault(key, [[]])
            if len(chunks[-1]) == WATCHES:
                chunks.append([])
            chunks[-1].append(case)
    chunks = [chunk for chunks in by_vars.values() for chunk in chunks]
    made = [Group(number, chunk) for number, chunk in enumerate(chunks)]
    path = tmp_path_factory.mktemp("conformance") / "conformance_conditions.py"
    path.write_text("".join(group.text() for group in made))
    module = load(path)
    lines = path.read_text().splitlines()
    marks = {text.partition("#: ")[2]: at for at, text in enumerate(lines, 1) if "#: " in text}
    for group in made:
        group.location = f"{path}:{marks[group.name]}"
    return made, module


def load(path):
    # As deployed before this process began.
    os.utime(path, (0, 0))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def begin_anew(sink):
    stillframe.stop()
    stillframe.start(sink=sink, service="tests")


def same(found, wanted):
    return json.dumps(found, sort_keys=True) == json.dumps(wanted, sort_keys=True)


def test_watches_show_what_python_says(agent, groups):
    made, module = groups
    faults, seen = [], 0
    for at in range(0, len(made), BURST):
        got = {}
        begin_anew(lambda snapshot: None)
        for group in made[at : at + BURST]:
            group.put_globals(module)
            watches = list({case["source"]: None for case in group.cases})
            stillframe.probe(
                group.location,
                watches=watches,
                on_snapshot=lambda snapshot, name=group.name: got.update({name: snapshot}),
            )
            group.call(module)
            group.take_globals(module)
        assert stillframe.flush(20)
        for group in made[at : at + BURST]:
            for case in group.cases:
                seen += 1
                found = got[group.name]["watches"][case["source"][:EXPRESSION]]
                wanted = case["expect"]
                if "error" in wanted:
                    right = isinstance(found, dict) and found.keys() == {"$error"}
                elif "points" in json.dumps(wanted):
                    right = True  # JSON has no lone surrogates.
                else:
                    right = same(found, shown(wanted["value"]))
                if not right:
                    faults.append((case["name"], found, wanted))
    assert not faults, f"{len(faults)} of {seen}: {faults[:20]}"
    reasons = Counter(skipped(case) for case in CONDITIONS if "refused" not in case["expect"])
    reasons.pop(None, None)
    tell("conditions-python.json (watches)", seen, reasons)
    assert seen > 800
