"""What finding code costs in a large process: rows `index_stretch` and `arm_indexed`.

    python indexing.py [--objects 200000] [--short]

Prints rows as overhead.py does. `index_stretch` is the longest time for which the first probe's
walk over the process held the GIL, by the agent's own clock (its note `index`); the smallest of
several processes, because a busy machine only ever makes it longer. `arm_indexed` is the time from
asking for a probe by file and line until it sits, once there is an index; the median of many.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

#: One file of the application, as long as files are.
FUNCTIONS = 60


class Thing:
    def __init__(self, number):
        self.number, self.parts = number, [number]


def fill(objects):
    """Makes a process of that many objects that the collector tracks, some of them functions."""
    kept = []
    while len(gc.get_objects()) < objects:
        for number in range(2_000):
            thing = Thing(number)
            # A closure now and then, as frameworks keep their handlers.
            handler = (lambda thing=thing: thing) if number % 20 == 0 else None
            kept.append({"thing": thing, "key": (number, str(number)), "handler": handler})
    return kept


def load():
    """A module from a file of its own, and a line of each of its functions."""
    import importlib.util

    text = "".join(
        f"def f{at}(x):\n    total = x + {at}\n    for i in range(3):\n        total += i\n"
        f"    return total\n\n"
        for at in range(FUNCTIONS)
    )
    path = os.path.join(tempfile.mkdtemp(), "large_shop.py")
    with open(path, "w") as file:
        file.write(text)
    spec = importlib.util.spec_from_file_location("large_shop", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["large_shop"] = module
    spec.loader.exec_module(module)
    return module, path, [6 * at + 2 for at in range(FUNCTIONS)]


def measure(objects):
    """In this process: milliseconds of the longest stretch, and nanoseconds of each arming."""
    import stillframe

    module, path, lines = load()
    kept = fill(objects)
    gc.collect()
    stillframe.start(sink=lambda result: None, service="bench")
    stillframe.remove(stillframe.probe(f"{path}:{lines[0]}"))
    note = stillframe.status()["notes"]["index"]
    held_ms = float(re.search(r"held ([0-9.]+) ms", note).group(1))
    took = []
    for line in lines[1:]:
        began = time.perf_counter_ns()
        probe = stillframe.probe(f"{path}:{line}")
        took.append(time.perf_counter_ns() - began)
        state = next(one for one in stillframe.status()["probes"] if one["probe"] == probe)["state"]
        if state != "armed":
            raise SystemExit(f"line {line} was not armed but {state}")
        stillframe.remove(probe)
    stillframe.stop()
    del module, kept
    return {"held_ms": held_ms, "took_ns": took, "note": note}


def row(case, ns):
    version = "%d.%d.%d" % sys.version_info[:3]
    return {"runtime": "python", "version": version, "case": case, "subject": "stillframe",
            "ns": ns, "ratio": 1}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", type=int, default=200_000)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        print(json.dumps(measure(arguments.objects)))
        return
    again = [sys.executable, __file__, "--inside", "--objects", str(arguments.objects)]
    runs = []
    for _ in range(1 if arguments.short else 5):
        ended = subprocess.run(again, stdout=subprocess.PIPE, check=True)
        runs.append(json.loads(ended.stdout))
    sys.stderr.write(f"{runs[-1]['note']}\n")
    print(json.dumps(row("index_stretch", min(run["held_ms"] for run in runs) * 1e6)))
    armed = min(statistics.median(run["took_ns"]) for run in runs)
    print(json.dumps(row("arm_indexed", armed)))


if __name__ == "__main__":
    main()
