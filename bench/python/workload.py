"""The code that is measured: one function a case, all alike, in a file of its own.

Knows nothing of who measures. Invariant: every function has one line to be probed, marked PROBE,
which runs once an iteration, or never (`cold`).
"""

import importlib.util
import os
import sys
from pathlib import Path

#: CPython boxes line numbers above this anew for each event.
SMALL_INTS = 256

LOOP = """
def {name}(n, x):
    total = 0
    for _ in range(n):
        total += x{hot}
    if x > 1_000_000:
        total = -1{cold}
    return total
"""

CALLS = """
def callee_{copy}(x):
    return x

def calls_{copy}(n, x):
    total = 0
    for _ in range(n):
        total += callee_{copy}(x)
    return total

def timed_{copy}(x):
    return x

def time_function_{copy}(n, x):
    total = 0
    for _ in range(n):
        total += timed_{copy}(x)
    return total
"""

ITEMS = """
class Item:
    def __init__(self, sku, price):
        self.sku = sku
        self.price = price

ITEMS = [Item("SF-%04d" % i, i / 4) for i in range(100)]
BY_SKU = {"SF-%04d" % i: i for i in range(20)}
"""

# Ten locals: n x by_sku items name price is_new note total i.
CAPTURE = """
def {name}(n, x):
    by_sku, items, name, price = BY_SKU, ITEMS, "checkout", 129.9
    is_new, note, total = True, None, 0
    for i in range(n):
        total += x  # PROBE {name}
    return total
"""

HOT = ("base", "again", "condition_false", "count", "over_quota", "removed")
#: Copies of everything: where code happens to lie costs or saves a few percent.
COPIES = 4


def text():
    """The file's text."""
    low, high = [ITEMS], []
    for copy in range(COPIES):
        for name in HOT:
            name = "%s_%d" % (name, copy)
            low.append(LOOP.format(name=name, hot="  # PROBE " + name, cold=""))
        name = "cold_%d" % copy
        low.append(LOOP.format(name=name, hot="", cold="  # PROBE " + name))
        high.append(CALLS.format(copy=copy))
        names = ("capture_%d" % copy, "capture_base_%d" % copy)
        high += [CAPTURE.format(name=name) for name in names]
        name = "condition_false_high_line_%d" % copy
        high.append(LOOP.format(name=name, hot="  # PROBE " + name, cold=""))
    low, high = "".join(low), "".join(high)
    check = low.rpartition("# PROBE")[0].count("\n")
    assert check < SMALL_INTS, "low lines reach %d" % check
    return low + "\n" * (SMALL_INTS - low.count("\n")) + high


class Targets:
    """The file, imported. Names mean the current copy."""

    def __init__(self, folder):
        self.copy = 0
        self.file = Path(folder) / "stillframe_bench_targets.py"
        self.file.write_text(text())
        # As deployed long ago: a file written after the process began counts as changed.
        os.utime(self.file, (0, 0))
        self.lines = {}
        for number, line in enumerate(self.file.read_text().splitlines(), 1):
            _, mark, name = line.partition("# PROBE ")
            if mark:
                self.lines[name] = number
        spec = importlib.util.spec_from_file_location(self.file.stem, self.file)
        self.module = importlib.util.module_from_spec(spec)
        # Some peers look for a file's functions there.
        sys.modules[self.file.stem] = self.module
        spec.loader.exec_module(self.module)

    def function(self, name):
        return getattr(self.module, "%s_%d" % (name, self.copy))

    def code(self, name):
        return self.function(name).__code__

    def line(self, name):
        return self.lines["%s_%d" % (name, self.copy)]
