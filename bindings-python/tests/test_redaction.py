"""Redaction of `tests/conformance/redaction.json`, in snapshots and log lines of real frames."""

import json
import queue
from collections import Counter

import stillframe
from conftest import Probe, wait_for
from vectors import load, tell

CASES = load("redaction.json")
GONE = {"$missing": "redacted"}
#: Values that one snapshot holds.
AT_ONCE = 20


def parts(cases):
    return [cases[at : at + AT_ONCE] for at in range(0, len(cases), AT_ONCE)]


def shown(place, value):
    """What a snapshot shows of one local variable."""
    there, got = place("def look(x):\n    return x  #: here\n"), queue.Queue()
    spec = {"location": f"{there.path}:2", "capture": {"items": 100, "string_bytes": 4096}}
    made = stillframe._native.probe(json.dumps(spec), got.put)
    reports = lambda: [one for one in stillframe.status()["probes"] if one["probe"] == made]
    wait_for(lambda: reports()[0]["state"] == "armed", "never armed")
    there.module.look(value)
    found = got.get(timeout=20)["locals"]["x"]
    stillframe.remove(made)
    return found


def test_what_leaves_is_redacted_as_the_vectors_say(place):
    faults, ran, skipped = [], 0, Counter()
    for part in parts(CASES["names"]):
        entries = {case["name"]: 7 for case in part}
        found = shown(place, entries)
        found = dict(found["$entries"]) if "$entries" in found else found
        ran += len(part)
        wanted = [(case["name"], GONE if case["redacted"] else 7) for case in part]
        faults += [(name, found.get(name), want) for name, want in wanted if found.get(name) != want]
    whole = [case for case in CASES["values"] if not case.get("cut")]
    skipped["a capture cuts where its own limit is"] += len(CASES["values"]) - len(whole)
    for key, cases in [("value", whole), ("number", CASES["numbers"])]:
        for part in parts(cases):
            found = shown(place, [[case[key]] for case in part])
            ran += len(part)
            for case, [one] in zip(part, found):
                if (one == GONE) != case["redacted"]:
                    faults.append((case[key], one, case["redacted"]))
    skipped["what a user adds and takes out is read when the process starts"] += len(CASES["lists"])
    there = place("def say(line):\n    return line  #: here\n")
    with Probe(f"{there.path}:2", log="{line}") as said:
        for case in CASES["lines"]:
            ran += 1
            there.module.say(case["line"])
            message = said.snapshot()["message"]
            if message != case["scrubbed"]:
                faults.append((case["line"], message, case["scrubbed"]))
    tell("redaction.json", ran, skipped)
    assert not faults, f"{len(faults)}: {faults[:10]}"
    assert ran > 120
