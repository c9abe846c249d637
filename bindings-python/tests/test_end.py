"""Forks, exits and hubs that hang: the application ends as if we were absent."""

import os
import socket
import subprocess
import sys
import textwrap
import time

import pytest

#: Arms a probe on a line of its own and reaches it, then goes on with what a test adds.
HEAD = '''
import os, sys, threading, time
import stillframe
stillframe.start(sink=lambda result: None)

def work(n):
    return n + 1  # probed

def hits():
    return stillframe.status()["probes"][0]["counters"]["hits"]

stillframe.probe("program.py:PROBED", condition="n == -1")
work(1)
'''


@pytest.fixture
def program(tmp_path):
    def run(rest, head=HEAD, **variables):
        path = tmp_path / "program.py"
        text = head + textwrap.dedent(rest)
        for word in ("PROBED", "OTHER"):
            lines = text.splitlines()
            at = [at for at, line in enumerate(lines, 1) if line.endswith("# " + word.lower())]
            text = text.replace(word, str(at[0] if at else 0))
        path.write_text(text)
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("STILLFRAME_")
        }
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, path],
            env={**environment, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )
        done.took_s = time.monotonic() - began
        return done

    return run


ENDS = {
    "return": ("print('on')", 0),
    "sys.exit": ("sys.exit(7)", 7),
    "os._exit": ("os._exit(9)", 9),
    "SIGTERM": ("os.kill(os.getpid(), 15)", -15),
    "exception": ("raise SystemExit(3)", 3),
    "daemon thread": (
        "def spin():\n while 1: work(1)\n"
        "threading.Thread(target=spin, daemon=True).start()",
        0,
    ),
    # CPython ends them by unwinding through what calls them, our frames among it.
    "daemon threads that wait": (
        "def nap(n):\n time.sleep(0.0005)  # other\n"
        "def rest():\n while 1: nap(1)\n"
        "stillframe.probe('program.py:OTHER', condition='n == 2')\n"
        "for _ in range(8): threading.Thread(target=rest, daemon=True).start()\n"
        "class Late:\n def __del__(self, sum=sum, range=range): sum(range(2_000_000))\n"
        "late = Late()\n"
        "time.sleep(0.1)",
        0,
    ),
    "while arming": ("stillframe.probe('not_loaded_yet.py:3')\nimport json, decimal, asyncio", 0),
    "stopped before": ("stillframe.stop()", 0),
}


@pytest.mark.parametrize("end", ENDS)
def test_exit_code_and_output_are_unchanged(program, end):
    rest, code = ENDS[end]
    done = program(rest)
    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.parametrize("end", ["return", "sys.exit", "SIGTERM"])
def test_a_hub_that_hangs_changes_nothing(program, end):
    rest, code = ENDS[end]
    with socket.create_server(("127.0.0.1", 0)) as hub:
        port = hub.getsockname()[1]
        done = program(
            rest,
            STILLFRAME_HUB=f"http://127.0.0.1:{port}",
            STILLFRAME_AGENT_TOKEN="sfa_nothing",
            STILLFRAME_LOG="off",
        )
    assert (done.returncode, done.stderr) == (code, "")
    assert done.took_s < 20


def test_a_probe_goes_on_in_a_forked_child(program):
    done = program(
        """
        before = hits()
        child = os.fork()
        if child == 0:
            work(1)
            work(1)
            os._exit(hits())
        assert before == 1
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) >= 2, hits())
        """
    )
    assert (done.stdout, done.stderr) == ("True 1\n", "")


def test_a_child_can_place_and_remove_probes(program):
    done = program(
        """
        child = os.fork()
        if child == 0:
            def other(n):
                return n  # other
            probe = stillframe.probe("program.py:OTHER", condition="n == 5")
            other(5)
            states = {one["probe"]: one["counters"]["hits"] for one in stillframe.status()["probes"]}
            stillframe.remove(probe)
            other(5)
            os._exit(0 if states[probe] == 1 else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_forks_while_threads_arm_and_hit(program):
    done = program(
        """
        stop = threading.Event()
        def arm():
            while not stop.is_set():
                stillframe.remove(stillframe.probe("program.py:PROBED", condition="n == -2"))
        def hit():
            while not stop.is_set():
                work(1)
        threads = [threading.Thread(target=one) for one in (arm, hit)]
        for thread in threads: thread.start()
        codes = []
        for _ in range(20):
            child = os.fork()
            if child == 0:
                work(1)
                os._exit(0)
            codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        stop.set()
        for thread in threads: thread.join()
        print(codes == [0] * 20)
        """
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


def test_multiprocessing_children_end_well(program):
    done = program(
        """
        import multiprocessing
        if __name__ == "__main__":
            context = multiprocessing.get_context("fork")
            with context.Pool(2) as pool:
                print(sum(pool.map(work, range(100))))
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "5050\n", "")


def test_what_a_callback_raises_is_no_ones_else_matter(program):
    done = program(
        """
        def fails(snapshot):
            raise ValueError("theirs")
        stillframe.probe("program.py:PROBED", on_snapshot=fails)
        work(1)
        stillframe.flush()
        print("on")
        """
    )
    assert (done.returncode, done.stdout) == (0, "on\n")
    assert "ValueError: theirs" in done.stderr


def test_a_fork_is_warned_of_only_where_it_was_before(program):
    fork = """
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
    """
    assert program(fork).stderr == ""
    also_threads = "wait = threading.Event()\nthreading.Thread(target=wait.wait).start()\n"
    done = program(also_threads + textwrap.dedent(fork) + "\nwait.set()\n")
    # CPython itself warns from 3.12 on.
    assert ("multi-threaded" in done.stderr) == (sys.version_info >= (3, 12))
