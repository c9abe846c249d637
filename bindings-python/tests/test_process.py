"""The process around the agent: sinks and probes of the environment, children, signals."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

APP = '''
import os, sys

def work(n):
    total = n * 2
    return total  #: here

{body}
'''


class App:
    """An application in a process of its own, preloaded from the installed package."""

    def __init__(self, folder, body):
        self.folder = folder
        self.path = folder / "app.py"
        self.path.write_text(APP.format(body=textwrap.dedent(body)))
        lines = self.path.read_text().splitlines()
        self.line = next(at for at, text in enumerate(lines, 1) if text.endswith("#: here"))

    def probes(self, **spec):
        path = self.folder / "probes.json"
        path.write_text(json.dumps([{"location": f"app.py:{self.line}", "limit": 1000, **spec}]))
        return str(path)

    def start(self, python=(), **variables):
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("STILLFRAME_")
        }
        # Preloaded as `run` does it, but with the package that is installed.
        preload = os.path.join(os.path.dirname(__file__), "..", "preload")
        environment.update(variables, PYTHONPATH=preload, PYTHONDONTWRITEBYTECODE="1")
        return subprocess.Popen(
            [sys.executable, *python, str(self.path)],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, **variables):
        process = self.start(**variables)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


#: Waits until the probes of the environment are armed.
ARMED = '''
import time, stillframe

def probes(state="armed"):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = stillframe.status()["probes"]
        if found and all(probe["state"] == state for probe in found):
            return found
        time.sleep(0.001)
    raise SystemExit("not %s: %r" % (state, stillframe.status()))

probes()
'''


def results(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_probes_and_sink_of_the_environment_need_no_hub(tmp_path):
    app = App(tmp_path, ARMED + "work(1)\nwork(60)\nprint('done')\n")
    probes = app.probes(condition="total > 100", watches=["total + 1"])
    code, out, err = app.run(STILLFRAME_PROBES=probes, STILLFRAME_SINK="stdout")
    assert (code, err) == (0, "")
    assert "done" in out.splitlines()
    (snapshot,) = results(out)
    assert snapshot["type"] == "snapshot" and snapshot["schema"] == 1
    assert snapshot["locals"] == {"n": 60, "total": 120}
    assert snapshot["watches"] == {"total + 1": 121}
    assert snapshot["at"] == {"file": str(app.path), "line": app.line, "function": "work"}
    assert snapshot["service"]["name"] == "app"


def test_a_folder_is_a_sink(tmp_path):
    app = App(tmp_path, ARMED + "for n in range(5): work(n)\n")
    folder = tmp_path / "results"
    code, out, err = app.run(
        STILLFRAME_PROBES=app.probes(),
        STILLFRAME_SINK=f"file://{folder}",
        STILLFRAME_SERVICE="checkout",
    )
    assert (code, out, err) == (0, "", "")
    (file,) = folder.iterdir()
    assert file.name.startswith("checkout-") and file.name.endswith(".jsonl")
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each["locals"]["n"] for each in results(file.read_text())] == list(range(5))


def test_the_main_script_is_armed_while_it_runs(tmp_path):
    """No import comes after the probe: the code of the main script is all there is."""
    app = App(tmp_path, ARMED + "work(7)\n")
    code, out, err = app.run(STILLFRAME_PROBES=app.probes(), STILLFRAME_SINK="stdout")
    assert (code, [each["locals"]["n"] for each in results(out)]) == (0, [7]), err


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_deliver_what_they_saw(tmp_path, method):
    body = f'''
import multiprocessing

def child(n):
    {textwrap.indent(ARMED, "    ").strip()}
    work(n)

if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    processes = [context.Process(target=child, args=(n,)) for n in (5, 6)]
    for process in processes: process.start()
    for process in processes: process.join()
    sys.exit(sum(process.exitcode for process in processes))
'''
    app = App(tmp_path, body)
    code, out, err = app.run(STILLFRAME_PROBES=app.probes(), STILLFRAME_SINK="stdout")
    assert (code, err) == (0, "")
    assert sorted(each["locals"]["n"] for each in results(out)) == [5, 6]


def test_exit_while_arming(tmp_path):
    body = '''
import stillframe
for n in range(20):
    stillframe.probe("app.py:%d" % %LINE%, condition="n > %d" % n)
'''.replace("%LINE%", "6")
    app = App(tmp_path, body)
    for _ in range(5):
        code, out, err = app.run(STILLFRAME_SINK="stderr")
        assert (code, out, err) == (0, "", "")


def test_a_signal_ends_a_busy_application(tmp_path):
    app = App(tmp_path, ARMED + "print('ready', flush=True)\nwhile True: work(1)\n")
    process = app.start(STILLFRAME_PROBES=app.probes(limit=10), STILLFRAME_SINK="stderr")
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGTERM


def test_a_bad_environment_is_one_line_and_no_harm(tmp_path):
    app = App(tmp_path, "import stillframe\nprint(repr(stillframe.probe('app.py:6')))\n")
    for name, value in {"SINK": "ftp://x", "ALLOW": "shoot", "AGENT_TOKEN": "sfu_x"}.items():
        code, out, err = app.run(**{f"STILLFRAME_{name}": value})
        assert (code, out) == (0, "''\n"), name
        assert err.startswith("stillframe: ") and err.count("\n") == 1, err


def test_a_missing_probes_file_is_no_harm(tmp_path):
    app = App(tmp_path, "print('on')")
    code, out, err = app.run(STILLFRAME_PROBES="/nonexistent.json", STILLFRAME_SINK="stdout")
    assert (code, out) == (0, "on\n")
    assert err.count("\n") <= 1


def test_not_enabled_there_is_no_thread(tmp_path):
    app = App(tmp_path, "print(len(os.listdir('/proc/self/task')))")
    out = app.run(STILLFRAME_ENABLED="false", STILLFRAME_PROBES=app.probes())[1]
    assert out == "1\n"


def test_the_idle_agent_uses_little(tmp_path):
    body = '''
import resource, time
def used_s():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

def second():
    before = used_s()
    time.sleep(1)
    return used_s() - before

# It is idle once it has looked the loaded code through.
print(any(second() < 0.01 for _ in range(20)))
'''
    app = App(tmp_path, body)
    assert app.run(STILLFRAME_SINK="stdout")[:2] == (0, "True\n")


def test_the_idle_agent_is_small(tmp_path):
    body = '''
import time
time.sleep(0.2)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS")))
'''
    app = App(tmp_path, body)
    without, idle = (
        int(app.run(STILLFRAME_SINK="stdout", STILLFRAME_ENABLED=enabled)[1])
        for enabled in ("false", "true")
    )
    # The lower bound shows that there was an agent to measure.
    assert 1_000 < idle - without < 10_000, "kB"
