"""Probes neither keep nor change what they look at, and what is secret stays in the process."""

import gc
import sys
import threading

import stillframe


def test_values_are_neither_kept_nor_changed(place, probe):
    where = place(
        "class Item:\n    def __init__(self):\n        self.price = 2.5\n"
        "def work(a, b, c):\n    return (a, b, c)  #: here\n"
    )
    item, listed, keyed = where.module.Item(), [object()], {"k": object()}
    references = lambda: [sys.getrefcount(one) for one in (item, listed, keyed, listed[0])]
    placed = probe(where, "here", condition="a.price > 1 and len(b) == 1")
    where.module.work(item, listed, keyed)
    before = references()
    for _ in range(1_000):
        where.module.work(item, listed, keyed)
    assert references() == before
    assert placed.hits() == 1_001
    assert item.__dict__ == {"price": 2.5}


def test_arming_from_many_threads_loses_no_reference_and_no_hit(place):
    where = place("def work(n):\n    return n + 1  #: here\n")
    function, location = where.module.work, f"{where.path}:{where.line('here')}"
    stop, results = threading.Event(), []

    def run():
        turns = 0
        while not stop.is_set():
            assert function(turns) == turns + 1
            turns += 1
        results.append(turns)

    def place_and_remove():
        for _ in range(25):
            stillframe.remove(stillframe.probe(location, condition="n < 0"))

    def references():
        stillframe.flush(20)
        gc.collect()
        return sys.getrefcount(function.__code__)

    place_and_remove()
    before = references()
    runners = [threading.Thread(target=run) for _ in range(2)]
    placers = [threading.Thread(target=place_and_remove) for _ in range(4)]
    for thread in (*runners, *placers):
        thread.start()
    for thread in placers:
        thread.join()
    stop.set()
    for thread in runners:
        thread.join()
    assert len(results) == 2 and all(results)
    assert references() == before


def test_secrets_are_redacted_by_name_and_by_look(place, probe):
    where = place(
        "def login(password, card, headers):\n    token_count = 3\n    return None  #: here\n"
    )
    placed = probe(where, "here")
    where.module.login("hunter2", "4111 1111 1111 1111", {"Authorization": "Bearer x", "Host": "h"})
    snapshot = placed.snapshot()
    assert "hunter2" not in str(snapshot) and "4111" not in str(snapshot)
    assert "Bearer" not in str(snapshot)
    assert snapshot["locals"]["password"] == {"$missing": "redacted"}
    assert snapshot["locals"]["headers"]["Host"] == "h"


def test_a_stack_names_its_callers(place, probe):
    where = place(
        "def inner():\n    return 1  #: here\n\ndef outer():\n    return inner()  #: call\n"
    )
    placed = probe(where, "here")
    where.module.outer()
    stack = placed.snapshot()["stack"]
    assert [frame["function"] for frame in stack[:2]] == ["inner", "outer"]
    assert [frame["line"] for frame in stack[:2]] == [where.line("here"), where.line("call")]
