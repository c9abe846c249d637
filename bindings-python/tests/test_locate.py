"""Which code is found, when, under which name, and that finding it changes nothing."""

import gc
import os
import subprocess
import sys
import types

import pytest
from conftest import Probe

NAMED = '''
import functools

def outer():
    def inner():
        return 1  #: inner
    class Local:
        def method(self):
            return [x for x in "ab"]  #: method
    lambdas = lambda: (
        str(2))  #: lambda
    return inner, Local, lambdas

class Shop:
    class Cart:
        def total(self):
            def each():
                return 3  #: each
            return each()

def traced(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)  #: wrapper
    return wrapper

@traced
def shown():
    return 4  #: shown
'''


@pytest.mark.parametrize(
    "mark, stack",
    [
        ("inner", ["outer.<locals>.inner"]),
        ("method", ["outer.<locals>.Local.method"]),
        ("lambda", ["outer.<locals>.<lambda>"]),
        ("each", ["Shop.Cart.total.<locals>.each", "Shop.Cart.total"]),
        ("wrapper", ["traced.<locals>.wrapper"]),
        ("shown", ["shown", "traced.<locals>.wrapper"]),
    ],
)
def test_functions_are_shown_by_their_qualified_names(place, probe, mark, stack):
    where = place(NAMED)
    inner, local, lambdas = where.module.outer()
    calls = {
        "inner": inner,
        "method": local().method,
        "lambda": lambdas,
        "each": where.module.Shop.Cart().total,
        "wrapper": where.module.shown,
        "shown": where.module.shown,
    }
    placed = probe(where, mark)
    calls[mark]()
    named = [frame["function"] for frame in placed.snapshot()["stack"]]
    # Before 3.12 what stands in brackets is a function of its own, and the probe may sit there.
    named = [name for name in named if not name.endswith("<listcomp>")]
    assert named[: len(stack)] == stack


HIDDEN = '''
def make():
    def handler(x):
        return x + 1  #: handler
    return handler

def steps():
    yield 1
    yield 2  #: second

registry = {"first": [make()]}
suspended = steps()
next(suspended)
del make, steps
'''


def test_code_that_no_name_leads_to_is_found(place, probe):
    where = place(HIDDEN)
    handler, second = probe(where, "handler"), probe(where, "second")
    assert where.module.registry["first"][0](1) == 2
    assert handler.counters()["hits"] == 1
    assert second.report()["state"] == "armed"


def test_what_the_collector_was_told_to_forget_is_found(tmp_path):
    text = """
import gc, stillframe, sys
sys.path.insert(0, {folder!r})
import frozen_module
gc.freeze()
got = []
stillframe.start(sink=got.append)
stillframe.probe("frozen_module.py:2")
assert frozen_module.registry[0](1) == 2
stillframe.flush()
print(len(got), stillframe.status()["probes"][0]["state"])
stillframe.stop()
"""
    source = "def make(): return lambda x: (\n    x + 1)\nregistry = [make()]\ndel make\n"
    (tmp_path / "frozen_module.py").write_text(source)
    ended = subprocess.run(
        [sys.executable, "-c", text.format(folder=str(tmp_path))],
        capture_output=True, text=True, env={**os.environ, "STILLFRAME_LOG": "off"}, timeout=60,
    )
    assert (ended.stdout.split(), ended.stderr) == (["1", "armed"], "")


def test_code_that_went_is_forgotten(place, agent):
    where = place("def work(): return 1  #: here\n")
    line = where.line("here")
    Probe(f"{where.path}:{line}").armed().remove()
    del where.module.work
    vars(where.module).clear()
    gc.collect()
    # The same addresses come to hold other code.
    others = [compile(f"x = {at}", f"<other {at}>", "exec") for at in range(2_000)]
    gone = Probe(f"{where.path}:{line}")
    assert gone.report()["state"] == "pending"
    gone.remove()
    del others


def test_code_made_from_code_is_noticed(place, agent, tmp_path):
    path = str(tmp_path / "made_late.py")
    placed = Probe(f"{path}:2")
    assert placed.report()["state"] == "pending"
    (tmp_path / "made_late.py").write_text("def f(x):\n    return x + 1\n")
    module = compile("def f(x):\n    return x + 1\n", path, "exec")
    code = next(const for const in module.co_consts if isinstance(const, types.CodeType))
    function = types.FunctionType(code, {})
    del module, code
    placed.armed()
    assert function(1) == 2
    assert placed.hits() == 1
    placed.remove()


def test_the_builtins_stay_what_they_are(agent):
    assert exec.__module__ == eval.__module__ == "builtins"
    space = {}
    exec("x = 1", space)
    assert (space["x"], eval("x + 1", space), eval(compile("x", "x.py", "eval"), space)) == (1, 2, 1)
    with pytest.raises(ZeroDivisionError):
        exec("1 / 0")
    with pytest.raises(TypeError):
        exec()
    with pytest.raises(TypeError):
        types.FunctionType()


def test_a_long_walk_survives_collections(tmp_path):
    """Objects come, go and move between generations while the walk is between two stretches."""
    text = """
import gc, stillframe, sys, threading, time
sys.path.insert(0, {folder!r})
import walked
kept = [[at] for at in range(300_000)]
stop = False
def churn():
    while not stop:
        ring = [[], {{}}]
        ring[0].append(ring)
        gc.collect(1)
def full():
    while not stop:
        gc.collect()
threads = [threading.Thread(target=work) for work in (churn, full)]
[thread.start() for thread in threads]
stillframe.start(sink=lambda result: None)
probe = stillframe.probe("walked.py:2")
ends = time.monotonic() + 60
while stillframe.status()["probes"][0]["state"] == "pending" and time.monotonic() < ends:
    time.sleep(0.01)
stop = True
[thread.join() for thread in threads]
print(stillframe.status()["probes"][0]["state"])
stillframe.stop()
"""
    (tmp_path / "walked.py").write_text("def f():\n    return 1\n")
    ended = subprocess.run(
        [sys.executable, "-c", text.format(folder=str(tmp_path))],
        capture_output=True, text=True, env={**os.environ, "STILLFRAME_LOG": "off"}, timeout=120,
    )
    assert (ended.stdout.split(), ended.stderr) == (["armed"], "")
