"""A probe on every line of a package while its own tests run: the results must be the same.

    explore.py [--rounds=N] SOURCES PACKAGE…

`SOURCES` holds the unpacked source distributions, whose tests run; what they test is the installed
package. A process takes a limited number of probes, so the tests run in rounds, each with probes on
other lines, spread over the package, until every line had one, or for N rounds. The probes are
placed before the package is imported. Reports each package as a row and a JSON object on stderr; a
case is a test in a round. Says `N passed, N failed in S s`.
"""

import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time
import types

#: Probes a process takes.
MOST_PROBES = 256
#: Seconds a round may take.
LIMIT_S = 600
#: Where the tests lie in a source distribution.
TESTS = {"pluggy": "testing", "h11": "h11/tests", "jinja2": "tests"}
#: Results that differ before 3.12, where a probed function runs another code object, and why.
BY_CODE = {
    "tests/test_debug.py::TestDebug::test_runtime_error":
        "hides frames by the identity of their code objects",
}
MOST_ROUNDS = next((int(one[9:]) for one in sys.argv if one.startswith("--rounds=")), None)
COUNTS = ("hits", "captured", "condition_false", "condition_failed", "over_quota", "buffer_full",
          "missed")


def lines_of(code):
    """Lines that execute in `code` and in all code inside it."""
    found = {line for _, line in __import__("dis").findlinestarts(code) if line}
    # The line of a function's own start is no line of its body.
    if code.co_name != "<module>":
        found.discard(code.co_firstlineno)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= lines_of(constant)
    return found


def places(source, package):
    """Every line of every source file of a package that is not imported yet."""
    import importlib.util

    # Tests inside the package run the package they lie in.
    beside = os.path.join(source, package)
    is_beside = os.path.isdir(beside)
    root = beside if is_beside else os.path.dirname(importlib.util.find_spec(package).origin)
    found = []
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name != "tests")
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(".py"):
                with open(path, encoding="utf-8") as file:
                    lines = lines_of(compile(file.read(), path, "exec", dont_inherit=True))
                found += [f"{path}:{line}" for line in sorted(lines)]
    return found


class Recorder:
    """How each test ended, as pytest tells its plugins."""

    def __init__(self):
        self.ended = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.ended[report.nodeid] = report.outcome


def child(package, chosen, out):
    """Runs the tests with probes on `chosen`, or without an agent if there are none."""
    placed, refused = [], collections.Counter()
    if chosen:
        import stillframe

        bytes_of = [0]

        def sink(snapshot):
            bytes_of[0] += len(json.dumps(snapshot, default=str))

        stillframe.start(sink=sink, service="exploration")
        for where in chosen:
            try:
                placed.append(stillframe.probe(where, limit=1_000_000))
            except stillframe.StillframeError as error:
                refused[str(error).replace(where, "PLACE")[:120]] += 1
    import pytest

    recorder, started = Recorder(), time.monotonic()
    status = pytest.main(["-q", "-p", "no:cacheprovider", "--no-header", TESTS[package]],
                         plugins=[recorder])
    report = {"ended": recorder.ended, "seconds": time.monotonic() - started, "status": int(status)}
    if chosen:
        report.update(told(stillframe, placed, refused), bytes=bytes_of[0])
        stillframe.stop()
    with open(out, "w", encoding="utf-8") as file:
        json.dump(report, file)


def told(stillframe, placed, refused):
    """What the agent says of its probes."""
    stillframe.flush(10)
    reports = {one["probe"]: one for one in stillframe.status()["probes"]}
    counts, states, faults = collections.Counter(), collections.Counter(), []
    for probe in placed:
        report = reports.get(probe, {})
        states[str(report.get("state"))] += 1
        if report.get("state") == "refused":
            refused[report["why"]["code"]] += 1
        counters = report.get("counters") or {}
        counts.update({name: counters.get(name, 0) for name in COUNTS})
        if counters and counters["hits"] != sum(counters.get(name, 0) for name in COUNTS[1:]):
            faults.append(f"the account of {report.get('at')} does not add up: {counters}")
    return {"counts": counts, "states": states, "refused": refused, "faults": faults}


def run(sources, package, chosen):
    """One round, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out, wanted = os.path.join(folder, "out"), os.path.join(folder, "wanted")
        with open(wanted, "w", encoding="utf-8") as file:
            json.dump(chosen, file)
        command = [sys.executable, "-W", "ignore", os.path.abspath(__file__), "--child"]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0",
                       "STILLFRAME_LOG": "error"}
        ended = subprocess.run(command + [package, wanted, out], cwd=sources[package],
                               env=environment, timeout=LIMIT_S, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            with open(out, encoding="utf-8") as file:
                return json.load(file)
        except OSError:
            said = ended.stdout.decode(errors="replace")[-2000:]
            raise SystemExit(f"{package}: ended with {ended.returncode}:\n{said}") from None


def explore(pool, sources, package):
    """All rounds of a package: its row, and what was wrong."""
    every = places(sources[package], package)
    rounds = -(-len(every) // MOST_PROBES)
    plain = run(sources, package, [])
    started = time.monotonic()
    # Neighbouring lines go to different rounds, so that each round probes the whole package.
    chosen = [every[at::rounds] for at in range(rounds)]
    reports = list(pool.map(lambda some: run(sources, package, some), chosen[:MOST_ROUNDS]))
    rounds = len(reports)
    row = collections.Counter(lines=len(every), rounds=rounds, tests=len(plain["ended"]))
    states, refused, faults, known = collections.Counter(), collections.Counter(), [], {}
    for report in reports:
        faults += report["faults"]
        states.update(report["states"])
        refused.update(report["refused"])
        row.update(report["counts"])
        for test in sorted(set(plain["ended"]) | set(report["ended"])):
            before, after = plain["ended"].get(test), report["ended"].get(test)
            row["results"] += 1
            if before != after and sys.version_info < (3, 12) and test in BY_CODE:
                row["differing_by_code"] += 1
                known[test] = BY_CODE[test]
            elif before != after:
                row["differing"] += 1
                faults.append(f"{test}: {before} without probes, {after} with them")
    row = {"package": package, **row}
    row["failing_without"] = sum(how == "failed" for how in plain["ended"].values())
    row["seconds_without"] = round(plain["seconds"], 1)
    row["seconds_of_a_round"] = round(sum(one["seconds"] for one in reports) / rounds, 1)
    row["seconds"] = round(time.monotonic() - started, 1)
    row["states"], row["refused"] = dict(states), dict(refused)
    for test, why in known.items():
        print(f"   differs as known: {package}: {test}: {why}")
    if row["hits"] == 0:
        faults.append("no probe was hit")
    return row, faults


def main():
    root, *packages = (one for one in sys.argv[1:] if not one.startswith("--"))
    started = time.monotonic()
    folders = [name for name in os.listdir(root) if os.path.isdir(os.path.join(root, name))]
    sources = {
        package: os.path.join(root, next(name for name in folders if name.startswith(package)))
        for package in packages
    }
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for package in packages:
            row, faults = explore(pool, sources, package)
            passed += row["results"] - row.get("differing", 0) - row.get("differing_by_code", 0)
            failed += len(faults)
            for fault in faults[:10]:
                print(f"{package}: {fault}", file=sys.stderr)
            version = ".".join(map(str, sys.version_info[:2]))
            print(json.dumps({"runtime": "python", "version": version, **row}), file=sys.stderr)
            print(f"   {package} on {version}: {row['tests']} tests in {row['rounds']} rounds, "
                  f"{sum(row['states'].values())} probes on {row['lines']} lines, "
                  f"{row['hits']} hits, {row['captured']} captured, {row.get('differing', 0)} "
                  f"results differ; {row['seconds_without']} s without probes, "
                  f"{row['seconds_of_a_round']} s a round with them")
    print(f"{passed} passed, {failed} failed in {time.monotonic() - started:.1f}s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if "--child" in sys.argv:
        _, _, package, wanted, out = sys.argv
        with open(wanted, encoding="utf-8") as file:
            chosen = json.load(file)
        sys.argv[1:] = []
        # Not beside the package: its own folder is not to be imported from.
        sys.path[0] = os.getcwd()
        child(package, chosen, out)
    else:
        main()
