"""What hooks do to the interpreter and to the code they are in, and that nothing of it stays."""

import ctypes
import gc
import itertools
import mmap
import platform
import random
import subprocess
import sys
import threading
import types

import pytest
from conftest import Probe

#: The mechanisms, by version of CPython.
HAS_MONITORING = sys.version_info >= (3, 12)
HAS_FRAME_EVALUATION = sys.version_info < (3, 11)
IS_REWRITTEN_IN_PLACE = not HAS_MONITORING and not HAS_FRAME_EVALUATION

LINES = """
def work(n):
    a = n + 1  #: one
    b = a * 2  #: two
    for i in range(3):  #: three
        b += i  #: four
    try:
        b //= n  #: five
    except ZeroDivisionError:
        b = -1  #: six
    return b  #: seven
"""
#: How often `work(1)` executes each line.
EXECUTED = {"one": 1, "two": 1, "three": 4, "four": 3, "five": 1, "six": 0, "seven": 1}


def test_lines_of_one_function_come_and_go_in_any_order(place):
    where = place(LINES)
    work, expected = where.module.work, where.module.work(1)
    generator = random.Random(311)
    placed = {}
    for _ in range(60):
        mark = generator.choice(list(EXECUTED))
        if mark in placed:
            placed.pop(mark).remove()
        else:
            placed[mark] = Probe(f"{where.path}:{where.line(mark)}", condition="n is None").armed()
        before = {mark: one.hits() for mark, one in placed.items()}
        assert work(1) == expected and work(0) == -1
        for mark, one in placed.items():
            at_zero = {"six": 1}.get(mark, EXECUTED[mark])
            assert one.hits() - before[mark] == EXECUTED[mark] + at_zero, mark
    for one in placed.values():
        one.remove()
    assert work(1) == expected


def test_the_original_code_comes_back(place):
    where = place(LINES)
    work, code = where.module.work, where.module.work.__code__
    constants = code.co_consts
    for order in itertools.permutations(["one", "four", "seven"]):
        placed = [Probe(f"{where.path}:{where.line(mark)}").armed() for mark in order]
        assert (work.__code__ is code) == (not IS_REWRITTEN_IN_PLACE)
        for one in reversed(placed):
            one.remove()
        assert work.__code__ is code and code.co_consts is constants


CLOSURES = """
def outer(x):
    def inner(y):
        return x + y  #: here
    return inner

def twice(x):
    return outer(x), outer(x)

def forever(turns):
    for _ in turns:
        yield outer(1)
"""


def test_closures_made_before_while_and_after(place):
    where = place(CLOSURES)
    outer, parent = where.module.outer, where.module.outer.__code__
    before = outer(1)
    running = where.module.forever(range(9))
    next(running)
    code = before.__code__
    with Probe(f"{where.path}:{where.line('here')}") as placed:
        made = outer(10)
        also = next(running)
        assert (before(1), made(1), also(1)) == (2, 11, 2)
        assert placed.hits() == 3
        assert outer.__code__ is parent
    assert [one.__code__ is code for one in (before, made, also, outer(1))] == [True] * 4
    made(1)
    assert parent.co_consts.count(code) == 1


def test_a_parent_and_its_child_are_probed_together(place):
    where = place(
        "def outer(x):\n    y = x + 1  #: parent\n    def inner(z):\n"
        "        return y + z  #: child\n    return inner\n"
    )
    outer, code = where.module.outer, where.module.outer.__code__
    child = outer(1).__code__
    for order in itertools.permutations(["parent", "child"]):
        for back in itertools.permutations(order):
            placed = {
                mark: Probe(f"{where.path}:{where.line(mark)}").armed() for mark in order
            }
            assert outer(1)(1) == 3
            assert [placed[mark].hits() for mark in ("parent", "child")] == [1, 1]
            kept = outer(2)
            placed.pop(back[0]).remove()
            assert kept(1) == 4 and outer(1)(1) == 3
            placed.pop(back[1]).remove()
            assert outer.__code__ is code and kept.__code__ is child
            assert outer(1).__code__ is child


def test_code_that_the_application_exchanged_is_left_alone(place):
    where = place("def work(n):\n    return n  #: here\n")
    other = (lambda n: n * 100).__code__
    with Probe(f"{where.path}:{where.line('here')}") as placed:
        where.module.work(1)
        where.module.work.__code__ = other
        assert where.module.work(2) == 200
        assert placed.hits() == 1
    assert where.module.work.__code__ is other


def test_a_copy_of_a_probed_function_is_put_back_too(place):
    where = place("def work(n):\n    return n  #: here\n")
    code = where.module.work.__code__
    with Probe(f"{where.path}:{where.line('here')}") as placed:
        copy = types.FunctionType(where.module.work.__code__, {})
        assert copy(4) == 4
        assert placed.hits() == 1
    assert copy.__code__ is code


def test_defaults_and_keywords_are_as_before(place, probe):
    where = place(
        "def work(a, b=2, *rest, c, d=4, **more):\n    return (a, b, rest, c, d, more)  #: here\n"
    )
    work = where.module.work
    calls = [lambda: work(1, c=3), lambda: work(1, 9, 8, c=3, e=5), lambda: work(a=1, c=2, d=3)]
    before = [call() for call in calls]
    placed = probe(where, "here")
    assert [call() for call in calls] == before
    assert placed.hits() == 3
    with pytest.raises(TypeError):
        work()


def test_what_is_counted_stays_exact_while_hooks_come_and_go(place):
    where = place(LINES)
    work, stop, calls = where.module.work, threading.Event(), []

    def call():
        turns = 0
        while not stop.is_set():
            assert work(1) == 7
            turns += 1
        calls.append(turns)

    expected = work(1)
    assert expected == 7
    with Probe(f"{where.path}:{where.line('two')}", condition="n == 5"):
        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        for mark in list(EXECUTED) * 4:
            with Probe(f"{where.path}:{where.line(mark)}", condition="n == 5"):
                pass
        stop.set()
        for thread in threads:
            thread.join()
    assert len(calls) == 4 and all(calls)


def test_no_reference_is_lost_or_kept(place):
    where = place(CLOSURES)
    outer = where.module.outer
    inner = outer(1).__code__
    location = f"{where.path}:{where.line('here')}"

    def references():
        gc.collect()
        held = (outer, outer.__code__, inner, outer.__code__.co_consts, inner.co_consts)
        return [sys.getrefcount(one) for one in held]

    with Probe(location, condition="y is None"):
        outer(1)(1)
    before = references()
    for _ in range(20):
        with Probe(location, condition="y is None"):
            outer(1)(1)
    assert references() == before


def test_lines_without_code_snap_and_say_so(place):
    where = place(
        "def work(n):\n    # Nothing executes here.  #: comment\n    if 0:\n"
        "        n = 7  #: never\n    return n\n"
    )
    for mark in ("comment", "never"):
        placed = Probe(f"{where.path}:{where.line(mark)}")
        report = placed.report()
        placed.remove()
        if report["state"] == "armed":
            assert report["at"]["line"] != where.line(mark) and report["at"]["note"], report
        else:
            assert report["state"] == "refused" and report["why"]["message"], report


def test_coverage_counts_the_same_lines(place, probe):
    coverage = pytest.importorskip("coverage", reason="coverage is not installed")
    where = place(LINES)

    def lines(run):
        counter = coverage.Coverage(data_file=None, config_file=False)
        counter.start()
        try:
            run()
        finally:
            counter.stop()
        return counter.get_data().lines(str(where.path))

    work = where.module.work
    before = lines(lambda: work(1))
    placed = probe(where, "four")
    assert lines(lambda: work(1)) == before
    assert placed.hits() == 3

    def placed_meanwhile():
        with Probe(f"{where.path}:{where.line('two')}") as late:
            work(1)
            assert late.hits() == 1

    assert lines(placed_meanwhile) == before


def test_a_tracer_sees_the_lines_it_saw(place, probe):
    where = place(LINES)

    def trace_of(run):
        seen = []

        def trace(frame, event, _):
            if frame.f_code.co_filename == str(where.path):
                seen.append((event, frame.f_lineno))
                return trace
            return None

        previous = sys.gettrace()
        sys.settrace(trace)
        try:
            run()
        finally:
            sys.settrace(previous)
        return seen

    before = trace_of(lambda: where.module.work(1))
    marks = [probe(where, mark) for mark in EXECUTED]
    assert trace_of(lambda: where.module.work(1)) == before
    assert [one.hits() for one in marks] == list(EXECUTED.values())


def test_cloudpickle_takes_a_probed_function_along(place, probe):
    cloudpickle = pytest.importorskip("cloudpickle", reason="cloudpickle is not installed")
    where = place("def make(x):\n    def work(n):\n        return n + x  #: here\n    return work\n")
    work = where.module.make(10)
    probe(where, "here")
    assert work(1) == 11
    cloudpickle.register_pickle_by_value(where.module)
    dumped = cloudpickle.dumps(work)
    code = "import pickle, sys; f = pickle.load(sys.stdin.buffer); print(f(5))"
    program = [sys.executable, "-c", code]
    done = subprocess.run(program, input=dumped, capture_output=True)
    assert done.stdout.split() == [b"15"], done.stderr


def test_greenlets_hit_as_threads_do(place, probe):
    greenlet = pytest.importorskip("greenlet", reason="greenlet is not installed")
    where = place(
        "def work(n, switch):\n    a = n\n    switch()\n    a += 1  #: here\n    return a\n"
    )
    placed = probe(where, "here", condition="a >= 0")
    back = greenlet.getcurrent()
    tasks = [greenlet.greenlet(where.module.work) for _ in range(10)]
    for number, task in enumerate(tasks):
        task.switch(number, back.switch)
    assert [task.switch() for task in tasks] == list(range(1, 11))
    assert placed.hits() == 10


def test_gevent_runs_as_before(place):
    pytest.importorskip("gevent", reason="gevent is not installed")
    where = place("def work(n):\n    return n  #: here\n")
    code = (
        "from gevent import monkey; monkey.patch_all()\n"
        "import gevent, stillframe, sys; sys.path.insert(0, %r)\n"
        "import %s as module\n"
        "def go(n):\n    gevent.sleep(0.001)\n    return module.work(n)\n"
        "stillframe.start(sink=lambda result: None, service='tests')\n"
        "stillframe.probe('%s:2', condition='n < 0')\n"
        "jobs = [gevent.spawn(go, n) for n in range(50)]; gevent.joinall(jobs)\n"
        "assert [job.value for job in jobs] == list(range(50))\n"
        "print(stillframe.status()['probes'][0]['counters']['hits'])\n"
        "stillframe.stop()\n"
    ) % (str(where.path.parent), where.path.stem, where.path)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.stdout.split() == [b"50"], done.stderr


def test_subinterpreters_run_as_before(place, probe):
    names = ["_interpreters", "_xxsubinterpreters"]
    found = [name for name in names if name in sys.builtin_module_names or _can_import(name)]
    if not found:
        pytest.skip("this Python has no module for subinterpreters")
    interpreters = __import__(found[0])
    where = place("def work(n):\n    return n  #: here\n")
    placed = probe(where, "here")
    other = interpreters.create()
    source = (
        f"import sys; sys.path.insert(0, {str(where.path.parent)!r})\n"
        f"import {where.path.stem} as module\n"
        "assert [module.work(n) for n in range(99)][-1] == 98\n"
    )
    try:
        raised = interpreters.run_string(other, source)
        assert raised is None, raised
    finally:
        interpreters.destroy(other)
    assert where.module.work(1) == 1
    assert placed.hits() == 1


def _can_import(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


class Evaluation:
    """The function that evaluates frames (PEP 523), and one of the test's own."""

    def __init__(self):
        api = ctypes.pythonapi
        api.PyInterpreterState_Get.restype = ctypes.c_void_p
        self._get = api._PyInterpreterState_GetEvalFrameFunc
        self._get.restype, self._get.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
        self._set = api._PyInterpreterState_SetEvalFrameFunc
        self._set.restype, self._set.argtypes = None, [ctypes.c_void_p, ctypes.c_void_p]
        self._interpreter = api.PyInterpreterState_Get()
        self.count = ctypes.c_uint64(0)
        self._pages = []

    def get(self):
        return self._get(self._interpreter)

    def set(self, function):
        self._set(self._interpreter, function)

    def counting(self, then):
        """The address of a function that counts and goes on to the one at `then`."""
        rights = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        pages = mmap.mmap(-1, mmap.PAGESIZE, prot=rights)
        move = b"\x48\xb8"
        count = ctypes.addressof(self.count).to_bytes(8, "little")
        # mov rax, count; inc [rax]; mov rax, then; jmp rax
        pages.write(move + count + b"\x48\xff\x00" + move + then.to_bytes(8, "little") + b"\xff\xe0")
        self._pages.append(pages)
        return ctypes.addressof(ctypes.c_char.from_buffer(pages))


@pytest.fixture
def evaluation():
    if not HAS_FRAME_EVALUATION:
        pytest.skip("frames are evaluated by a function of ours before CPython 3.11 only")
    if platform.machine() != "x86_64":
        pytest.skip("the test's own evaluating function is made of x86-64 instructions")
    found = Evaluation()
    before = found.get()
    yield found
    found.set(before)


def test_frames_are_evaluated_by_us_only_while_there_is_a_probe(place, evaluation):
    where = place(LINES)
    before = evaluation.get()
    with Probe(f"{where.path}:{where.line('one')}"):
        ours = evaluation.get()
        assert ours != before
        with Probe(f"{where.path}:{where.line('two')}"):
            assert evaluation.get() == ours
        assert evaluation.get() == ours
    assert evaluation.get() == before


def test_an_earlier_evaluating_function_is_called_and_comes_back(place, evaluation):
    where = place(LINES)
    theirs = evaluation.counting(evaluation.get())
    evaluation.set(theirs)
    with Probe(f"{where.path}:{where.line('one')}") as placed:
        before = evaluation.count.value
        where.module.work(1)
        assert evaluation.count.value > before
        assert placed.hits() == 1
    assert evaluation.get() == theirs


def test_a_later_evaluating_function_is_not_cut_off(place, evaluation):
    where = place(LINES)
    location = f"{where.path}:{where.line('one')}"
    with Probe(location) as placed:
        theirs = evaluation.counting(evaluation.get())
        evaluation.set(theirs)
        where.module.work(1)
        assert placed.hits() == 1
    assert evaluation.get() == theirs
    before = evaluation.count.value
    assert where.module.work(1) == 7 and evaluation.count.value > before
    # It calls us still: calling it in turn would never end.
    with Probe(location) as placed:
        where.module.work(1)
        assert placed.hits() == 1
        assert evaluation.get() == theirs


@pytest.mark.skipif(HAS_MONITORING, reason="nothing is rewritten from CPython 3.12 on")
def test_a_hook_whose_probe_went_answers_in_frames_that_go_on(place):
    where = place(
        "def loop(turns):\n    n = 0\n    for _ in turns:\n        n += 1  #: here\n    return n\n"
    )
    placed = Probe(f"{where.path}:{where.line('here')}").armed()

    def turns():
        yield from range(5)
        placed.remove()
        yield from range(5)

    assert where.module.loop(turns()) == 10
    with Probe(f"{where.path}:{where.line('here')}") as again:
        assert where.module.loop(range(3)) == 3
        assert again.hits() == 3


@pytest.mark.skipif(not IS_REWRITTEN_IN_PLACE, reason="functions keep their code on this version")
def test_no_audit_event_tells_of_an_exchange(place):
    where = place("def work(n):\n    return n  #: here\n")
    seen = []
    # It stays for good, so it lets go of the list when the test is over.
    holder = [seen]
    sys.addaudithook(lambda event, args: holder and holder[0].append(event))
    with Probe(f"{where.path}:{where.line('here')}"):
        where.module.work(1)
    holder.clear()
    assert seen and not {"object.__setattr__", "code.__new__"} & set(seen)
