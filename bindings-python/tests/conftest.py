"""What the binding's tests share: an agent in this process, and probes on code made for a test."""

import importlib.util
import os
import queue
import sys
import time

import pytest
import stillframe

#: Longer than anything takes; what is waited for comes within milliseconds.
PATIENCE_S = 20


@pytest.fixture(scope="session")
def agent():
    for name in list(os.environ):
        if name.startswith("STILLFRAME_") and name != "STILLFRAME_DIRECT_READS":
            del os.environ[name]
    results = []
    stillframe.start(sink=results.append, service="tests")
    yield stillframe
    stillframe.stop()


def wait_for(condition, what):
    """Waits until `condition` gives something true, and returns it."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(what)
        time.sleep(0.001)
    return found


def is_asking(part="everything"):
    """Whether `part` is asked of the interpreter: then some things are unreadable, and say so."""
    remark = stillframe.status()["notes"]["canary"]
    return "asked of the interpreter" in remark and (part in remark or "everything" in remark)


class Place:
    """A source file that was loaded as a module, with `#: NAME` marks on its lines."""

    def __init__(self, path, module):
        self.path, self.module = path, module

    def line(self, mark):
        lines = self.path.read_text().splitlines()
        found = [at for at, text in enumerate(lines, 1) if text.endswith(f"#: {mark}")]
        assert len(found) == 1, f"{mark} marks {len(found)} lines"
        return found[0]


class Probe:
    """A probe and what came of it."""

    def __init__(self, location, **options):
        self.got = queue.Queue()
        options.setdefault("on_snapshot", self.got.put)
        options.setdefault("limit", 1_000_000)
        self.id = stillframe.probe(location, **options)

    def report(self):
        return next(one for one in stillframe.status()["probes"] if one["probe"] == self.id)

    def note(self):
        return self.report()["at"].get("note")

    def counters(self):
        return self.report()["counters"]

    def hits(self):
        return self.counters()["hits"]

    def armed(self):
        report = wait_for(self.settled, f"never left pending: {self.report()}")
        # A line that threads reach all the time is over its budget within milliseconds.
        assert report["state"] in ("armed", "resting"), report
        return self

    def settled(self):
        report = self.report()
        return None if report["state"] == "pending" else report

    def snapshot(self):
        return self.got.get(timeout=PATIENCE_S)

    def remove(self):
        stillframe.remove(self.id)

    def __enter__(self):
        return self.armed()

    def __exit__(self, *_):
        self.remove()


@pytest.fixture
def place(agent, tmp_path, request):
    """Loads a source text as a module of its own file."""
    # A process takes so many snapshots a second; a new agent begins anew.
    agent.stop()
    agent.start(sink=lambda result: None, service="tests")
    names = []

    def load(source, name=None):
        name = name or f"{request.node.name.split('[')[0]}_{len(names)}"
        path = tmp_path / f"{name}.py"
        path.write_text(source)
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        names.append(name)
        spec.loader.exec_module(module)
        return Place(path, module)

    yield load
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def probe():
    """Places probes on marks of a place, and takes them away again."""
    placed = []

    def put(place, mark, **options):
        one = Probe(f"{place.path}:{place.line(mark)}", **options)
        placed.append(one)
        return one.armed()

    yield put
    for one in placed:
        one.remove()
