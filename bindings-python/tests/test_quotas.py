"""Quotas of `tests/conformance/quotas.json`, as far as they need no clock that a test can move."""

import json
from collections import Counter

import stillframe
from conftest import wait_for
from vectors import load, tell

CASES = load("quotas.json")
#: What the agent calls a probe whose rate leaves no room: it is on its line.
REPORTED = {"exhausted": "armed"}


def reason_not_to(case):
    """Why a case cannot run in real time. The list may only shrink."""
    if any("cost_us" in step for step in case["steps"]):
        return "a cost of so many microseconds cannot be made to measure"
    if any(step["at_ms"] > 0 for step in case["steps"]):
        return "it takes time, and no clock of a real process stands still"
    return None


def faults_of(case, place):
    # Each probe has a function of its own: a hit is a call of it.
    faults, reports = [], {}
    stillframe.stop()
    stillframe.start(sink=lambda result: None, service="tests")
    for name, spec in case["probes"].items():
        there = place(f"def hit(x, name):\n    return x  #: {name}\n")
        spec = {**spec, "location": f"{there.path}:2"}
        made = stillframe._native.probe(json.dumps(spec), lambda result: None)
        reports[name] = (made, there.module.hit)
        wait_for(lambda: report(made)["state"] == "armed", "never armed")
    for step in case["steps"]:
        made, hit = reports[step["probe"]]
        before = report(made)["counters"]
        for number in range(step["hits"]):
            hit(11, "ann")
            if number % 32 == 31:
                assert stillframe.flush(20)
        assert stillframe.flush(20)
        after = report(made)
        for key, wanted in step["expect"].items():
            if key == "state":
                wanted = REPORTED.get(wanted, wanted)
                found = after["state"]
            else:
                found = after["counters"][key] - before[key]
            if found != wanted:
                faults.append((case["name"], key, found, wanted))
    return faults


def report(made):
    return next(one for one in stillframe.status()["probes"] if one["probe"] == made)


def test_quotas_grant_what_the_vectors_say(place):
    faults, ran, skipped = [], 0, Counter()
    for case in CASES:
        reason = reason_not_to(case)
        if reason:
            skipped[reason] += 1
            continue
        ran += 1
        faults += faults_of(case, place)
    tell("quotas.json", ran, skipped)
    assert not faults, faults
    assert ran >= 9
