"""Stillframe, and CPython's own means of doing the same.

Invariant: what a subject counted is compared with what was run, to the unit, in each round.
"""

import contextlib
import sys
import time

#: Iterations that let the interpreter specialise a function, before each measurement.
WARM = 500
#: The same for captures, of which a process takes 25 a second.
WARM_CAPTURES = 4


def warm(function):
    """Iterations before a measurement of `function`."""
    return WARM_CAPTURES if function.startswith("capture") else WARM


class ControlFailed(Exception):
    """A case did not do what it is meant to measure."""


def expect(what, found, wanted):
    if found != wanted:
        raise ControlFailed("%s: %r instead of %r" % (what, found, wanted))


class Subject:
    """One way to look into a running line."""

    name = ""
    cases = ()
    #: Iterations of one measurement.
    hits = 3_000
    rounds = 1_000
    #: Whether it changes the process from its start on, whatever is armed.
    is_always_there = False

    def __init__(self, short):
        self.short = short

    def start(self, targets):
        self.targets = targets

    def stop(self):
        pass

    def arm(self):
        """Before a round."""

    def disarm(self):
        """After a round."""

    def hits_of(self, case):
        """Iterations of a measurement of `case` now; 0 leaves it out of this round."""
        return self.hits

    def has_enough(self):
        """Whether every case was measured often enough for a minimum."""
        return True

    @contextlib.contextmanager
    def measuring(self, case, hits):
        """Around one measurement."""
        yield

    def control(self):
        """After all rounds: whether a condition that becomes true is noticed."""


class Means(Subject):
    """What CPython offers, with a condition `x > 10` in Python."""

    cases = (
        "unprobed_function",
        "unprobed_line",
        "condition_false",
        "condition_false_high_line",
        "count",
        "removed",
    )
    probed = {"unprobed_function": "condition_false", "unprobed_line": "cold"}

    @contextlib.contextmanager
    def measuring(self, case, hits):
        self.seen = self.captured = 0
        with self.looking(self.probed.get(case, case)):
            yield
        ran = 0 if case.startswith("unprobed") else hits + WARM
        expect("%s %s" % (self.name, case), (self.seen, self.captured), (ran, 0))

    def control(self):
        self.seen = self.captured = 0
        with self.looking("condition_false"):
            self.targets.function("condition_false")(1, 11)
        expect("%s with a true condition" % self.name, (self.seen, self.captured), (1, 1))


class SetTrace(Means):
    """`sys.settrace`, narrowed to the one code object."""

    name = "settrace"

    @contextlib.contextmanager
    def looking(self, name):
        code, line = self.targets.code(name), self.targets.line(name)
        counts = name == "count"

        def in_code(frame, event, _argument):
            if event == "line" and frame.f_lineno == line:
                self.seen += 1
                if not counts and frame.f_locals["x"] > 10:
                    self.captured += 1
            return in_code

        def everywhere(frame, _event, _argument):
            return in_code if frame.f_code is code else None

        sys.settrace(everywhere)
        try:
            yield
        finally:
            sys.settrace(None)


class MonitoringPy(Means):
    """`sys.monitoring` with a callback in Python."""

    name = "monitoring_py"
    tool = 3

    def start(self, targets):
        super().start(targets)
        sys.monitoring.use_tool_id(self.tool, "bench")

    def stop(self):
        sys.monitoring.free_tool_id(self.tool)

    @contextlib.contextmanager
    def looking(self, name):
        monitoring = sys.monitoring
        code, line = self.targets.code(name), self.targets.line(name)
        counts, disable, getframe = name == "count", monitoring.DISABLE, sys._getframe

        def on_line(_code, at):
            if at != line:
                return disable
            self.seen += 1
            if not counts and getframe(1).f_locals["x"] > 10:
                self.captured += 1

        event = monitoring.events.LINE
        monitoring.register_callback(self.tool, event, on_line)
        monitoring.set_local_events(self.tool, code, event)
        try:
            yield
        finally:
            monitoring.set_local_events(self.tool, code, 0)
            monitoring.register_callback(self.tool, event, None)


class Stillframe(Subject):
    """The agent, without a hub."""

    name = "stillframe"
    cases = (
        "idle_function",
        "unprobed_function",
        "unprobed_line",
        "condition_false",
        "condition_false_high_line",
        "count",
        "over_quota",
        "time_function",
        "capture_10_locals",
        "removed",
    )
    #: With those that warm up, all but one of the 25 that a process takes a second; the control
    #: takes that one.
    captures = 20
    capture_interval_s = 1.0
    #: Measurements of captures at least, one a second.
    capture_rounds = 12

    def start(self, targets):
        super().start(targets)
        import stillframe
        from stillframe import _stillframe

        self.agent, self.native = stillframe, _stillframe
        self.snapshots = []
        self.captured_at = 0.0
        self.capture_round = 0
        self.ids = {}
        stillframe.start(sink=lambda _result: None)
        off = stillframe.status().get("notes", {}).get("off")
        expect("stillframe", off, None)

    def stop(self):
        self.agent.stop()

    def specs(self):
        condition = {"condition": "x > 10"}
        return {
            "cold": {},
            "condition_false": condition,
            "condition_false_high_line": condition,
            "count": {"kind": "count"},
            # Ten are let through, then it is over quota. A count, for snapshots of all probes
            # share a rate, which the captures need.
            "over_quota": {"kind": "count", "limit": 1 << 40, "rate_per_s": 1},
            "capture": {"limit": 1 << 40, "rate_per_s": 1_000_000},
            "timed": {"kind": "time"},
            "removed": condition,
        }

    def arm(self):
        for name, spec in self.specs().items():
            self.ids[name] = self.place(name, spec)
        self.until(lambda reports: all(
            reports.get(id, {}).get("state") in ("armed", "done") for id in self.ids.values()
        ), "armed")
        self.targets.function("over_quota")(40, 1)

    def place(self, name, spec):
        import json

        place = self.targets.function(name).__name__ if name == "timed" else self.targets.line(name)
        location = "%s:%s" % (self.targets.file, place)
        spec = dict(spec, location=location, budget_ppm=1_000_000)
        return self.native.probe(json.dumps(spec), self.snapshots.append)

    def reports(self):
        return {report["probe"]: report for report in self.agent.status()["probes"]}

    def until(self, enough, what):
        end = time.monotonic() + 10
        while not enough(self.reports()):
            if time.monotonic() > end:
                raise ControlFailed("stillframe: not %s in 10 s: %r" % (what, self.reports()))
            time.sleep(0.0005)

    def disarm(self):
        for id in self.ids.values():
            self.agent.remove(id)
        gone = set(self.ids.values())
        self.until(lambda reports: not gone & reports.keys(), "removed")
        self.ids.clear()

    def hits_of(self, case):
        if case != "capture_10_locals":
            return self.hits
        now = time.monotonic()
        if now - self.captured_at < self.capture_interval_s:
            if not self.short:
                return 0
            time.sleep(self.capture_interval_s)
        self.captured_at = time.monotonic()
        self.capture_round += 1
        return self.captures

    def has_enough(self):
        return self.short or self.capture_round >= self.capture_rounds

    @contextlib.contextmanager
    def measuring(self, case, hits):
        before = self.counters(case)
        yield
        after = self.counters(case)
        if before is None:
            return
        grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
        ran = hits + (WARM_CAPTURES if case == "capture_10_locals" else WARM)
        outcome = {
            "unprobed_line": None,
            "count": "captured",
            "time_function": "captured",
            "capture_10_locals": "captured",
            "over_quota": "over_quota",
        }.get(case, "condition_false")
        expect("stillframe %s" % case, grown, {"hits": ran, outcome: ran} if outcome else {})

    def counters(self, case):
        names = {
            "unprobed_line": "cold",
            "time_function": "timed",
            "capture_10_locals": "capture",
        }
        id = self.ids.get(names.get(case, case))
        return self.reports()[id]["counters"] if id else None

    def control(self):
        self.arm()
        del self.snapshots[:]
        self.targets.function("condition_false")(1, 11)
        time.sleep(self.capture_interval_s)
        self.targets.function("capture")(1, 1)
        expect("stillframe: delivered", self.agent.flush(10.0), True)
        by_function = {}
        # Lines of the log that fills its quota come the same way.
        for snapshot in (one for one in self.snapshots if one["type"] == "snapshot"):
            by_function[snapshot["at"]["function"].rpartition("_")[0]] = snapshot["locals"]
        expect("stillframe with a true condition", by_function["condition_false"]["x"], 11)
        found = by_function["capture"]
        expect("captured locals", len(found), 10)
        expect("captured entries", len(found["by_sku"]), 20)
        expect("captured items", len(found["items"]), 100)
        expect("captured at depth 3", found["items"][99]["price"], 24.75)
        self.disarm()
