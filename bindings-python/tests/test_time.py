"""Durations: every way a function can be entered, suspended and left, and every border of a range.

Nothing here sleeps to be measured: what a duration must contain, or be contained in, is measured
beside it.
"""

import asyncio
import gc
import os
import sys
import threading
import time

import pytest
import stillframe
from conftest import Probe, wait_for

#: Whether what a function waits in `await` and `yield from` is told apart from its running.
SEES_AWAIT = not (3, 11) <= sys.version_info < (3, 12)
#: Whether frames that run when a probe comes are reached by it.
REACHES_RUNNING = sys.version_info >= (3, 12)

SOURCE = '''
import time

def spin(ns):  #: spin
    until = time.monotonic_ns() + ns
    while time.monotonic_ns() < until:
        pass

def fails(n):
    if n % 2:
        raise ValueError(n)
    return n

def recursive(n):
    return recursive(n - 1) + 1 if n else 0

def one_line(x): return x

def numbers(n):
    for i in range(n):
        yield i

def delegating(n):
    got = yield from numbers(n)
    return got

async def waits(event, n):
    await event.wait()
    if n == 3:
        raise ValueError(n)
    return n

async def ticks(n):
    for i in range(n):
        yield i

class Cart:
    @property
    def total(self):
        return spin(1000)

def ranged(items, stop):
    before = 1
    total = 0  #: first
    for item in items:
        if item == stop:
            return total
        if item < 0:
            raise ValueError(item)
        total += item
    total += 1  #: last
    after = before  #: after
    return after

def looped(items):
    seen = []
    for item in items:
        value = item * 2  #: body first
        seen.append(value)  #: body last
    return seen

def head(turns):
    while turns():  #: head
        pass  #: turn
    return 1

def stops(gate, turns):
    while turns():
        gate()  #: stop
        gate()  #: inner first
        gate()  #: inner last
    return 1

def suspended(n):
    yield 0
    first = 1  #: gap first
    yield first
    second = 2  #: gap last
    yield second

def guarded(fail):
    try:
        if fail:
            raise KeyError(1)  #: guarded
    except KeyError:
        return 1  #: handler
    finally:
        fail = 0
    return 2

def after_all(x):
    return x
'''


@pytest.fixture
def shop(place):
    return place(SOURCE)


class Timer(Probe):
    """A time probe on a function, or on the lines from one mark to another."""

    def __init__(self, place, first, last=None, **options):
        where = first if last is None else f"{place.line(first)}..{place.line(last)}"
        options.setdefault("on_snapshot", None)
        super().__init__(f"{place.path}:{where}", kind="time", **options)

    def durations(self):
        report = self.report()
        found, counters = report["durations"], report["counters"]
        told = counters["captured"] + counters["condition_false"] + counters["condition_failed"]
        told += counters["over_quota"] + counters["buffer_full"] + counters["missed"]
        assert counters["hits"] == told, counters
        assert counters["captured"] == found["ended"] + found["open"] + found["lost"], found
        assert found.get("running", {}).get("count", 0) == found["ended"], found
        return found

    def numbers(self):
        found = self.durations()
        return tuple(found[name] for name in ("ended", "exceptions", "open", "lost"))


def test_a_call_takes_what_it_took(shop):
    spin = shop.module.spin
    with Timer(shop, "spin") as timer:
        outer = []
        for us in (100, 200, 400, 800, 1600):
            began = time.monotonic_ns()
            spin(us * 1000)
            outer.append(time.monotonic_ns() - began)
        found = timer.durations()
    running = found["running"]
    assert timer_of(running) == (5, True)
    assert 100_000 <= running["min_ns"] <= outer[0], running
    assert 1_600_000 <= running["max_ns"] <= max(outer), running
    # The sum is exact, and lies between what was asked for and what was measured around it.
    assert 3_100_000 <= running["sum_ns"] <= sum(outer), (running, outer)
    assert running["mean_ns"] == running["sum_ns"] // 5
    assert sum(count for _, count in running["buckets"]) == 5
    assert "elapsed" not in found


def timer_of(spread):
    ordered = [spread[name] for name in ("min_ns", "p50_ns", "p90_ns", "p99_ns", "max_ns")]
    return spread["count"], ordered == sorted(ordered)


def test_exceptions_are_timed_and_counted(shop):
    fails = shop.module.fails
    with Timer(shop, "fails") as timer:
        for n in range(10):
            try:
                fails(n)
            except ValueError:
                pass
        assert timer.numbers() == (10, 5, 0, 0)


def test_recursion_counts_every_call_with_those_inside_it(shop):
    with Timer(shop, "recursive") as timer:
        began = time.monotonic_ns()
        assert shop.module.recursive(20) == 20
        took = time.monotonic_ns() - began
        found = timer.durations()
    assert timer_of(found["running"]) == (21, True)
    assert found["running"]["max_ns"] <= took


def test_functions_on_one_line_and_properties(shop):
    with Timer(shop, "one_line") as one, Timer(shop, "Cart.total") as total:
        assert [shop.module.one_line(x) for x in range(3)] == [0, 1, 2]
        shop.module.Cart().total
        assert one.numbers() == (3, 0, 0, 0)
        assert total.numbers() == (1, 0, 0, 0)


def waits(found, ns):
    """That one passage waited for so long, and did not run meanwhile."""
    assert found["elapsed"]["max_ns"] >= ns, found
    assert found["running"]["max_ns"] <= found["elapsed"]["max_ns"] - ns, found


def test_a_generator_takes_its_own_time_and_waits_the_rest(shop):
    spin = shop.module.spin
    with Timer(shop, "numbers") as timer, Timer(shop, "delegating") as outer:
        for _ in shop.module.delegating(4):
            spin(200_000)
        assert timer.numbers() == outer.numbers() == (1, 0, 0, 0)
        waits(timer.durations(), 800_000)
        if SEES_AWAIT:
            waits(outer.durations(), 800_000)
        else:
            assert "await" in outer.report()["at"]["note"]
            assert outer.durations()["running"]["max_ns"] >= 800_000


def test_generators_that_are_closed_thrown_into_or_dropped(shop):
    with Timer(shop, "numbers") as timer:
        closed, thrown = shop.module.numbers(9), shop.module.numbers(9)
        next(closed), next(thrown)
        assert timer.durations()["open"] == 2
        with pytest.raises(KeyError):
            thrown.throw(KeyError(1))
        assert timer.numbers() == (1, 1, 1, 0)
        closed.close()
        for _ in range(50):
            dropped = shop.module.numbers(9)
            next(dropped)
            del dropped
        gc.collect()
        found = timer.durations()
        # Closing one that waits at a plain `yield` may run nothing at all: then nobody sees its end.
        assert found["ended"] + found["open"] + found["lost"] == 52, found
        assert found["open"] <= 2, "memory of what was dropped is used again"
        assert sum(shop.module.numbers(3)) == 3
        assert timer.durations()["ended"] == found["ended"] + 1


def test_tasks_of_one_thread_do_not_disturb_each_other(shop):
    async def main():
        event = asyncio.Event()
        tasks = [asyncio.create_task(shop.module.waits(event, n)) for n in range(5)]
        await asyncio.sleep(0)
        seen = timer.numbers()
        tasks[0].cancel()
        shop.module.spin(500_000)
        event.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        return seen

    with Timer(shop, "waits") as timer:
        assert asyncio.run(main()) == (0, 0, 5, 0)
        assert timer.numbers() == (5, 2, 0, 0), "one cancelled, one that failed"
        if SEES_AWAIT:
            assert timer.durations()["elapsed"]["count"] == 5
            waits(timer.durations(), 500_000)


def test_asynchronous_generators(shop):
    async def main():
        return [n async for n in shop.module.ticks(4)]

    with Timer(shop, "ticks") as timer:
        assert asyncio.run(main()) == [0, 1, 2, 3]
        assert timer.numbers() == (1, 0, 0, 0)


def test_threads(shop):
    threads = [
        threading.Thread(target=lambda: [shop.module.spin(20_000) for _ in range(50)])
        for _ in range(8)
    ]
    with Timer(shop, "spin") as timer:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = timer.durations()
        assert (found["ended"], found["open"], found["lost"]) == (400, 0, 0)
        assert found["running"]["min_ns"] >= 20_000


def test_a_function_that_runs_already_is_not_measured_by_half(shop):
    inside, go_on = threading.Event(), threading.Event()

    def gate():
        inside.set()
        go_on.wait()

    thread = threading.Thread(target=shop.module.stops, args=(gate, iter([1, 0]).__next__))
    thread.start()
    inside.wait()
    with Timer(shop, "stops") as timer:
        go_on.set()
        thread.join()
        assert timer.numbers() == (0, 0, 0, 0)
        assert timer.hits() == 0
        shop.module.stops(lambda: None, iter([1, 0]).__next__)
        assert timer.numbers() == (1, 0, 0, 0)


def test_a_generator_that_waits_already_is_not_measured_by_half(shop):
    old = shop.module.numbers(3)
    next(old)
    with Timer(shop, "numbers") as timer:
        assert list(old) == [1, 2]
        assert timer.numbers() == (0, 0, 0, 0)


def test_a_range_and_every_way_out_of_it(shop):
    ranged = shop.module.ranged
    with Timer(shop, "first", "last") as timer:
        at = timer.report()["at"]
        assert (at["line"], at["last_line"]) == (shop.line("first"), shop.line("last"))
        assert ranged([1, 2, 3], 9) == 1
        assert timer.numbers() == (1, 0, 0, 0)
        assert ranged([1, 2, 3], 2) == 1, "left by return"
        assert timer.numbers() == (2, 0, 0, 0)
        with pytest.raises(ValueError):
            ranged([1, -1], 9)
        assert timer.numbers() == (3, 1, 0, 0)
        assert ranged([], 9) == 1
        assert timer.numbers() == (4, 1, 0, 0)


def test_a_range_inside_a_loop_is_a_passage_each_time(shop):
    with Timer(shop, "body first", "body last") as timer:
        assert shop.module.looped(range(7)) == [0, 2, 4, 6, 8, 10, 12]
        assert timer.numbers() == (7, 0, 0, 0)


def test_a_loop_inside_a_range_is_one_passage(shop):
    with Timer(shop, "head", "turn") as timer:
        assert shop.module.head(iter([1, 1, 1, 0]).__next__) == 1
        assert timer.numbers() == (1, 0, 0, 0)
    with Timer(shop, "head") as line:
        assert shop.module.head(iter([1, 0]).__next__) == 1
        assert line.numbers()[0] >= 1


def test_adjacent_ranges_hand_over(shop):
    first, last = Timer(shop, "body first", "body first"), Timer(shop, "body last", "body last")
    with first, last:
        shop.module.looped(range(5))
        assert first.numbers() == (5, 0, 0, 0)
        assert last.numbers() == (5, 0, 0, 0)


def test_a_range_with_a_gap(shop):
    spin = shop.module.spin
    with Timer(shop, "gap first", "gap last") as timer:
        for _ in shop.module.suspended(1):
            spin(300_000)
        assert timer.numbers() == (1, 0, 0, 0)
        waits(timer.durations(), 300_000)


def test_a_range_left_to_a_handler(shop):
    with Timer(shop, "guarded", "guarded") as timer:
        assert [shop.module.guarded(fail) for fail in (0, 1, 1)] == [2, 1, 1]
        assert timer.numbers() == (2, 0, 0, 0), "caught in the same function, it is no exception"


def test_a_range_that_is_run_when_the_probe_comes_counts_from_its_next_begin(shop):
    turns, go_on, stopped = iter([1, 1, 0]), threading.Semaphore(0), threading.Semaphore(0)

    def gate():
        stopped.release()
        go_on.acquire()

    thread = threading.Thread(target=shop.module.stops, args=(gate, turns.__next__))
    thread.start()
    stopped.acquire(), go_on.release(), stopped.acquire()
    with Timer(shop, "inner first", "inner last") as timer:
        # It stands at the first line of the range now.
        for _ in range(5):
            go_on.release()
        thread.join()
        assert timer.numbers() == (int(REACHES_RUNNING), 0, 0, 0), "the second turn at most"
        shop.module.stops(lambda: None, iter([1, 0]).__next__)
        assert timer.numbers() == (1 + int(REACHES_RUNNING), 0, 0, 0)


def test_refusals_say_what_to_do(shop):
    across = Timer(shop, "first", "body last")
    report = wait_for(across.settled, "it was never refused")
    assert report["state"] == "refused"
    assert "lies in one function" in report["why"]["message"], report["why"]
    nothing = Timer(shop, f"{len(SOURCE.splitlines()) + 5}..{len(SOURCE.splitlines()) + 9}")
    report = wait_for(nothing.settled, "it was never refused")
    assert "no code runs at lines" in report["why"]["message"], report["why"]
    for options in ({"watches": ["x"]}, {"log": "x"}):
        with pytest.raises(stillframe.StillframeError):
            stillframe.probe(f"{shop.path}:spin", kind="time", **options)
    with pytest.raises(stillframe.StillframeError, match="time"):
        stillframe.probe(f"{shop.path}:4..5", kind="count")


def test_ends_that_run_nothing_are_moved_and_said(shop):
    line = shop.line("body last")
    with Timer(shop, f"{shop.line('body first')}..{line}") as exact:
        assert "note" not in exact.report()["at"]
    with Timer(shop, f"{shop.line('after') + 2}..{line}") as wide:
        assert "code runs from" in wide.report()["at"]["note"], wide.report()["at"]


def test_a_condition_is_asked_at_the_begin(shop):
    with Timer(shop, "recursive", condition="n > 3") as timer:
        shop.module.recursive(9)
        counters = timer.counters()
        assert (counters["captured"], counters["condition_false"]) == (6, 4)
        assert timer.numbers() == (6, 0, 0, 0)
    with Timer(shop, "first", "last", condition="stop == 1") as timer:
        shop.module.ranged([1, 2, 3], 9), shop.module.ranged([3, 2, 1], 1)
        assert (timer.hits(), timer.numbers()[0]) == (2, 1)


def test_a_limit_counts_passages(shop):
    with Timer(shop, "one_line", limit=3) as timer:
        [shop.module.one_line(n) for n in range(9)]
        report = wait_for(lambda: timer.report()["state"] == "done" and timer.report(), "not done")
        assert timer.numbers() == (3, 0, 0, 0)
        assert report["counters"]["captured"] == 3


def test_the_application_sees_its_own_exceptions(shop):
    with Timer(shop, "fails"):
        try:
            shop.module.fails(1)
        except ValueError as error:
            assert error.args == (1,)
            assert error.__traceback__.tb_next.tb_frame.f_code.co_name == "fails"
            assert error.__context__ is None
        else:
            raise AssertionError("it raises")


def test_other_code_may_raise_as_it_likes(shop):
    def elsewhere(n):
        raise KeyError(n)

    with Timer(shop, "fails") as timer:
        for n in range(200):
            with pytest.raises(KeyError):
                elsewhere(n)
        assert timer.numbers() == (0, 0, 0, 0)
        assert timer.hits() == 0


def test_a_forked_child_measures_what_begins_in_it(shop):
    read, write = os.pipe()

    def child():
        # The call that forked began in the parent.
        shop.module.one_line(1)
        found = one.durations(), outer.durations()
        os.write(write, repr([(d["ended"], d["open"], d["lost"]) for d in found]).encode())
        os._exit(0)

    turns = iter([1, 0])

    def gate():
        if os.fork() == 0:
            child()

    with Timer(shop, "one_line") as one, Timer(shop, "stops") as outer:
        shop.module.one_line(1), shop.module.one_line(1)
        gates = iter([gate, lambda: None, lambda: None])
        shop.module.stops(lambda: next(gates)(), turns.__next__)
        os.wait()
        assert os.read(read, 100).decode() == "[(1, 0, 0), (0, 0, 0)]"
        assert one.numbers() == (2, 0, 0, 0)
        assert outer.numbers() == (1, 0, 0, 0)


def test_removal_in_mid_passage_leaves_nothing_behind(shop):
    timer = Timer(shop, "numbers").armed()
    running = shop.module.numbers(3)
    next(running)
    timer.remove()
    assert list(running) == [1, 2]
    with Timer(shop, "numbers") as again:
        assert list(shop.module.numbers(3)) == [0, 1, 2]
        assert again.numbers() == (1, 0, 0, 0)


def test_a_snapshot_and_a_duration_on_one_function(shop, probe):
    snap = probe(shop, "first")
    with Timer(shop, "ranged") as timer, Timer(shop, "first", "last") as part:
        shop.module.ranged([1], 9)
        assert snap.snapshot()["locals"]["before"] == 1
        assert timer.numbers() == part.numbers() == (1, 0, 0, 0)
        whole, within = timer.durations()["running"], part.durations()["running"]
        assert within["max_ns"] <= whole["max_ns"]
