"""Every kind of code that a line can be in, and every moment at which a probe can come."""

import asyncio
import gc
import importlib
import subprocess
import sys
import threading
import types

import pytest
import stillframe
from conftest import Probe, wait_for

#: Whether a hook reaches frames that began before it came; below 3.12 they keep the old code.
REACHES_RUNNING = sys.version_info >= (3, 12)

KINDS = '''
def outer(x):
    def inner(y):
        return x + y  #: nested
    return inner(1)

def squares(n):
    return [
        i * i  #: comprehension
        for i in range(n)
    ]

twice = lambda value: value * 2  #: lambda

multi_line = lambda value: (
    value + 1  #: lambda body
)

def traced(function):
    def wrapper(*args):
        return function(*args)  #: wrapper
    return wrapper

@traced
def decorated(a):
    return a + 1  #: decorated

class Cart:
    def __init__(self, total):
        self._total = total  #: method

    @property
    def total(self):
        return self._total  #: property

    @classmethod
    def empty(cls):
        return cls(0)  #: class method

    @staticmethod
    def zero():
        return 0  #: static method

def body():
    class Local:
        field = 1  #: class body
    return Local.field

def numbers(n):
    for i in range(n):
        yield i  #: generator

async def coroutine(n):
    return n + 1  #: coroutine

async def many(n):
    for i in range(n):
        yield i  #: asynchronous generator

def handles():
    try:
        raise ValueError("one")
    except ValueError as error:
        return str(error)  #: handler

def one_line(): return 7  #: one line
'''


async def _drain(module):
    return [item async for item in module.many(3)]


RUNS = {
    "nested": (lambda m: m.outer(1), 1, {"y": 1, "x": 1}),
    "comprehension": (lambda m: m.squares(3), 3, {"i": 0}),
    "lambda": (lambda m: m.twice(4), 1, {"value": 4}),
    "lambda body": (lambda m: m.multi_line(4), 1, {"value": 4}),
    "wrapper": (lambda m: m.decorated(4), 1, None),
    "decorated": (lambda m: m.decorated(4), 1, {"a": 4}),
    "method": (lambda m: m.Cart(5), 1, {"total": 5}),
    "property": (lambda m: m.Cart(5).total, 1, None),
    "class method": (lambda m: m.Cart.empty(), 1, None),
    "static method": (lambda m: m.Cart.zero(), 1, {}),
    "class body": (lambda m: m.body(), 1, {}),
    "generator": (lambda m: list(m.numbers(3)), 3, {"n": 3, "i": 0}),
    "coroutine": (lambda m: asyncio.run(m.coroutine(3)), 1, {"n": 3}),
    "asynchronous generator": (lambda m: asyncio.run(_drain(m)), 3, {"n": 3, "i": 0}),
    "handler": (lambda m: m.handles(), 1, None),
    "one line": (lambda m: m.one_line(), 1, {}),
}


@pytest.mark.parametrize("mark", RUNS)
def test_every_kind_of_code(place, probe, mark):
    run, hits, local = RUNS[mark]
    where = place(KINDS)
    before = run(where.module)
    placed = probe(where, mark)
    after = run(where.module)
    assert repr(before) == repr(after) or "Cart" in repr(before)
    assert placed.hits() == hits
    snapshot = placed.snapshot()
    assert snapshot["at"]["line"] == where.line(mark)
    if local is not None:
        assert {name: snapshot["locals"].get(name) for name in local} == local


def test_a_generator_suspended_before_the_probe_came(place, probe):
    where = place("def numbers():\n    yield 1\n    x = 2  #: here\n    yield x\n")
    generator = where.module.numbers()
    assert next(generator) == 1
    placed = probe(where, "here")
    assert next(generator) == 2
    assert placed.hits() == int(REACHES_RUNNING)
    assert placed.note() == (None if REACHES_RUNNING else "1 suspended frame keeps the old code")
    assert list(where.module.numbers()) == [1, 2]
    assert placed.hits() == 1 + int(REACHES_RUNNING)


def test_a_coroutine_suspended_before_the_probe_came(place, probe):
    where = place(
        "async def wait(gate):\n    await gate.wait()\n    done = True  #: here\n    return done\n"
    )

    async def main():
        gate = asyncio.Event()
        task = asyncio.create_task(where.module.wait(gate))
        await asyncio.sleep(0)
        placed = probe(where, "here")
        gate.set()
        await task
        await where.module.wait(gate)
        return placed.hits(), placed.note()

    kept = None if REACHES_RUNNING else "1 suspended frame keeps the old code"
    assert asyncio.run(main()) == (1 + int(REACHES_RUNNING), kept)


def test_a_loop_that_runs_already_in_another_thread(place, probe):
    where = place(
        "stop = False\nturns = 0\ndef spin():\n    global turns\n    while not stop:\n"
        "        turns += 1  #: here\n"
    )
    thread = threading.Thread(target=where.module.spin, name="spinner")
    thread.start()
    try:
        placed = probe(where, "here", condition="turns == -1")
        if REACHES_RUNNING:
            wait_for(lambda: placed.hits() > 100, "the running loop is never seen")
        else:
            assert placed.note() == "1 running frame keeps the old code"
        placed.remove()
        turns = where.module.turns
        wait_for(lambda: where.module.turns > turns, "the loop stands still")
    finally:
        where.module.stop = True
        thread.join()


def test_a_snapshot_names_its_thread(place, probe):
    where = place("def work(n):\n    return n  #: here\n")
    placed = probe(where, "here")
    thread = threading.Thread(target=where.module.work, args=(1,), name="worker-3")
    thread.start()
    thread.join()
    assert placed.snapshot()["thread"]["name"] == "worker-3"


def test_a_probe_added_in_mid_loop_by_the_loop_itself(place):
    where = place(
        "def loop(n, at):\n    total = 0\n    for i in range(n):\n"
        "        total += i  #: here\n        at(i)\n    return total\n"
    )
    placed = []

    def at(i):
        if i == 2:
            placed.append(Probe(f"{where.path}:{where.line('here')}").armed())

    assert where.module.loop(6, at) == 15
    assert placed[0].hits() == 3 * int(REACHES_RUNNING)
    assert where.module.loop(3, lambda i: None) == 3
    assert placed[0].hits() == 3 + 3 * int(REACHES_RUNNING)
    placed[0].remove()


def test_a_late_import_is_armed(agent, tmp_path, monkeypatch):
    name = "imported_late"
    path = tmp_path / f"{name}.py"
    path.write_text("def work(n):\n    return n + 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    placed = Probe(f"{name}.py:2")
    try:
        assert placed.report()["state"] == "pending"
        module = importlib.import_module(name)
        placed.armed()
        assert module.work(1) == 2
        assert placed.hits() == 1
    finally:
        placed.remove()
        sys.modules.pop(name, None)


def test_code_made_by_exec(agent, tmp_path):
    path = tmp_path / "executed.py"
    path.write_text("def work(n):\n    return n + 1\n")
    namespace = {}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    with Probe(f"{path}:2") as placed:
        assert namespace["work"](1) == 2
        assert placed.hits() == 1


def test_a_function_by_its_name(place):
    where = place(KINDS)
    with Probe(f"{where.module.__name__}.Cart.__init__") as placed:
        where.module.Cart(3)
        assert placed.hits() == 1
    with Probe(f"{where.path}:decorated") as placed:
        where.module.decorated(3)
        assert placed.hits() == 1


def test_a_line_out_of_range_is_refused(place):
    where = place("def work(n):\n    return n\n")
    placed = Probe(f"{where.path}:4000")
    report = placed.report()
    assert report["state"] == "refused" and report["why"]["message"]
    placed.remove()


def test_two_probes_on_a_line_and_one_on_a_line_seen_before(place, probe):
    where = place("def work(n):\n    a = n  #: first\n    b = a\n    return b  #: last\n")
    first = probe(where, "first")
    where.module.work(1)
    where.module.work(1)
    again = probe(where, "first")
    # This line fired while nothing was on it, and was disabled.
    last = probe(where, "last")
    where.module.work(1)
    assert (first.hits(), again.hits(), last.hits()) == (3, 1, 1)
    first.remove()
    where.module.work(1)
    assert (again.hits(), last.hits()) == (2, 2)


STATEMENTS = '''
def take(*args):
    return args

def spans(a, b):
    result = take(a,  #: call
                  b,
                  3)
    return result

def counts(n):
    while n > 0:  #: while
        n -= 1
    return n

def cleans(x):
    try:
        pass
    finally:
        y = x  #: finally
    return y

def nests(a):
    return take(  #: nest
        take(a),
        take(
            a
        ),
    )

def checks(
    a,
    b=1,
):
    if (
        a  #: operand
        and b
    ):
        return 1
    return 0
'''


@pytest.mark.parametrize(
    "mark, call, hits",
    [
        ("call", lambda m: m.spans(1, 2), 1),
        ("while", lambda m: m.counts(5), 6),
        ("finally", lambda m: m.cleans(1), 1),
        ("nest", lambda m: m.nests(1), 1),
        ("operand", lambda m: m.checks(1), 1),
    ],
)
def test_a_statement_fires_once(place, probe, mark, call, hits):
    where = place(STATEMENTS)
    placed = probe(where, mark)
    call(where.module)
    assert placed.hits() == hits


def test_add_and_remove_leave_no_reference(place):
    where = place("def work(n):\n    return n  #: here\n")
    location = f"{where.path}:{where.line('here')}"
    function = where.module.work
    stop = threading.Event()

    def call():
        while not stop.is_set():
            function(1)

    def round_trip():
        with Probe(location, condition="n == 2 and work is None"):
            function(1)

    round_trip()
    gc.collect()
    code = function.__code__
    before = (sys.getrefcount(code), sys.getrefcount(function))
    threads = [threading.Thread(target=call) for _ in range(3)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    for thread in threads:
        thread.start()
    for _ in range(20):
        round_trip()
    stop.set()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(interval)
    gc.collect()
    assert (sys.getrefcount(code), sys.getrefcount(function)) == before


def test_code_that_went_is_forgotten(place):
    where = place("def work(n):\n    return n  #: here\n")
    location = f"{where.path}:{where.line('here')}"
    with Probe(location):
        pass
    del where.module.work
    where.module.__dict__.clear()
    gc.collect()
    placed = Probe(location)
    assert placed.report()["state"] == "pending"
    placed.remove()


@pytest.mark.skipif(not REACHES_RUNNING, reason="sys.monitoring is there from CPython 3.12 on")
def test_other_tools_are_left_alone(place, probe):
    where = place("def work(n):\n    a = n\n    return a  #: here\n")
    monitoring, seen, traced = sys.monitoring, [], []
    monitoring.use_tool_id(1, "coverage")
    monitoring.register_callback(1, monitoring.events.LINE, lambda code, line: seen.append(line))
    monitoring.set_local_events(1, where.module.work.__code__, monitoring.events.LINE)

    def trace(frame, event, _):
        if frame.f_code is where.module.work.__code__ and event == "line":
            traced.append(frame.f_lineno)
        return trace

    try:
        placed = probe(where, "here")
        where.module.work(1)
        previous = sys.gettrace()
        sys.settrace(trace)
        where.module.work(1)
        sys.settrace(previous)
        placed.remove()
        where.module.work(1)
    finally:
        monitoring.set_local_events(1, where.module.work.__code__, 0)
        monitoring.register_callback(1, monitoring.events.LINE, None)
        monitoring.free_tool_id(1)
    assert seen == [2, 3] * 3
    assert traced == [2, 3]


def test_a_traceback_is_as_without_us(place, probe):
    where = place("def work(n):\n    a = n\n    return a + [] + 1  #: here\n")

    def failure():
        try:
            where.module.work(1)
        except TypeError as error:
            frames = []
            at = error.__traceback__
            while at is not None:
                # There are columns from CPython 3.11 on.
                columns = getattr(at.tb_frame.f_code, "co_positions", None)
                positions = columns and list(columns())[at.tb_lasti // 2]
                frames.append((at.tb_frame.f_code.co_name, at.tb_lineno, positions))
                at = at.tb_next
            return frames

    before = failure()
    placed = probe(where, "here", condition="a.nothing")
    assert failure() == before
    assert placed.hits() == 1
    assert sys.exc_info() == (None, None, None)


def test_a_probed_function_can_be_marshalled(place, probe):
    import marshal
    import pickle

    where = place("def work(n):\n    return n  #: here\n")
    before = where.module.work.__code__
    probe(where, "here")
    where.module.work(1)
    dumped = marshal.dumps(where.module.work.__code__)
    # On 3.11 alone the function has other code than before.
    assert marshal.loads(dumped) == before or sys.version_info[:2] == (3, 11)
    work = types.FunctionType(marshal.loads(dumped), {})
    assert work(3) == 3
    assert pickle.loads(pickle.dumps(where.module.work)) is where.module.work
    # Where there is no agent it is a function like any other.
    code = "import marshal, sys; f = lambda n: n; d = sys.stdin.buffer.read();"
    code += "f.__code__ = marshal.loads(d); print(f(5), 'stillframe' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], input=dumped, capture_output=True)
    assert done.stdout.split() == [b"5", b"False"], done.stderr


def test_a_bad_condition_raises_with_its_reason(place):
    where = place("def work(n):\n    return n  #: here\n")
    with pytest.raises(stillframe.StillframeError) as raised:
        stillframe.probe(f"{where.path}:2", condition="n ==")
    assert raised.value.code == "condition" and raised.value.message
    with pytest.raises(stillframe.StillframeError) as raised:
        stillframe.probe("nothing")
        stillframe.probe("app.py")
    assert raised.value.code == "location"
