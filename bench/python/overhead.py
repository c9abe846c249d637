"""What a probe costs the application: one JSON row a line on stdout, remarks on stderr.

    python overhead.py --subjects stillframe,settrace,monitoring_py [--short]
    python overhead.py --subjects debugpy

Each subject has a process of its own. `ns` is added per hit and `ratio` is to the base: a function
like the one that is probed, in the same process, never probed. Each round measures everything once,
so that a machine that becomes slower does so for all, and the minimum over the rounds counts. For a
peer the base is measured before the peer is there too, for a peer may change it; so it is for
`idle_function`, a function while an agent is there and nothing is probed. A case that did
not do what it measures, to the unit, ends the run with an error.
"""

import argparse
import gc
import json
import platform
import random
import subprocess
import sys
import tempfile
import time

import peers
import subjects
from workload import COPIES, Targets

SUBJECTS = {
    "stillframe": subjects.Stillframe,
    "settrace": subjects.SetTrace,
    "monitoring_py": subjects.MonitoringPy,
    "debugpy": peers.Debugpy,
    "ddtrace": peers.Ddtrace,
    "rook": peers.Rook,
}
#: Function that a case measures, where it has not the case's own name.
FUNCTION = {
    "base_again": "again",
    "idle_function": "calls",
    "unprobed_function": "calls",
    "unprobed_line": "cold",
    "capture_10_locals": "capture",
}
#: Function that it is compared with, where it is not `base`.
BASE = {
    "unprobed_function": "calls",
    "time_function": "calls",
    "capture_10_locals": "capture_base",
}
#: Iterations of one measurement of what costs little.
HITS = subjects.Subject.hits
#: A value for which every condition here is false.
FALSE = 1


class Bench:
    """Rounds over all cases of a subject."""

    def __init__(self, targets, subject, rounds):
        self.targets = targets
        self.subject = subject
        self.rounds = rounds
        #: Least nanoseconds an iteration: before the subject is there, without and with a probe.
        self.before = {}
        self.unarmed = {}
        self.armed = {}

    def run(self):
        gc.disable()
        subject = self.subject
        if subject.is_always_there or "idle_function" in subject.cases:
            for number in range(self.rounds):
                self.targets.copy = number % COPIES
                self.bases(self.before)
        if subject.is_always_there:
            self.unarmed.update(self.before)
        subject.start(self.targets)
        for self.targets.copy in self.copies():
            self.bases(self.unarmed)
            self.round(subject)
        subject.control()
        subject.stop()

    def copies(self):
        number = 0
        while number < self.rounds or not self.subject.has_enough():
            yield number % COPIES
            number += 1

    def bases(self, into):
        names = ["base", "again", "calls"]
        # Whoever is always first pays for caches that are always cold.
        random.shuffle(names)
        for name in names:
            self.note(into, name, self.time(name, HITS))
        captures = subjects.Stillframe.captures
        self.note(into, "capture_base", self.time("capture_base", captures))

    def round(self, subject):
        subject.arm()
        for case in subject.cases:
            hits = subject.hits_of(case)
            if hits == 0 or case in ("removed", "idle_function"):
                continue
            name = FUNCTION.get(case, case)
            with subject.measuring(case, hits):
                took_ns = self.time(name, hits)
            self.note(self.armed, case, took_ns)
        subject.disarm()
        if "removed" in subject.cases:
            took_ns = self.time("removed", HITS)
            self.note(self.armed, "removed", took_ns)

    def time(self, name, hits):
        """Nanoseconds an iteration. The first call lets the interpreter specialise the code."""
        function = self.targets.function(name)
        function(subjects.warm(name), FALSE)
        clock = time.perf_counter_ns
        began = clock()
        function(hits, FALSE)
        return (clock() - began) / hits

    @staticmethod
    def note(into, key, took_ns):
        into[key] = min(took_ns, into.get(key, took_ns))

    def rows(self):
        base, again = self.unarmed["base"], self.unarmed["again"]
        yield "base", "none", base, 1.0
        yield "base_again", "none", again - base, again / base
        if "idle_function" in self.subject.cases:
            before, idle = self.before["calls"], self.unarmed["calls"]
            yield "idle_function", self.subject.name, idle - before, idle / before
        for case, took_ns in self.armed.items():
            base = self.unarmed[BASE.get(case, "base")]
            yield case, self.subject.name, took_ns - base, took_ns / base


def each_alone(names, options):
    """One process a subject: what one does to the interpreter must not flatter another's base."""
    for number, name in enumerate(names):
        command = [sys.executable, __file__, "--subjects", name, *options]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            return done.returncode
        for line in done.stdout.splitlines():
            if number == 0 or not json.loads(line)["case"].startswith("base"):
                print(line, flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--subjects", default="stillframe,settrace,monitoring_py")
    parser.add_argument("--short", action="store_true", help="a few rounds, to see that it works")
    arguments = parser.parse_args()
    names = arguments.subjects.split(",")
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        parser.error("no subject %s; there are %s" % (unknown[0], ", ".join(SUBJECTS)))
    if len(names) > 1:
        return each_alone(names, ["--short"] * arguments.short)
    subject = SUBJECTS[names[0]](arguments.short)
    with tempfile.TemporaryDirectory(prefix="stillframe-bench-") as folder:
        bench = Bench(Targets(folder), subject, COPIES if arguments.short else subject.rounds)
        try:
            bench.run()
        except subjects.ControlFailed as failure:
            print("overhead.py: %s" % failure, file=sys.stderr)
            return 1
    version = platform.python_version()
    for case, name, ns, ratio in bench.rows():
        row = {"runtime": "python", "version": version, "case": case, "subject": name}
        print(json.dumps(dict(row, ns=round(ns, 2), ratio=round(ratio, 4))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
