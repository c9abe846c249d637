"""Other products, driven without their clouds, as far as that goes.

Each is imported only in the process that measures it. Invariant: a row means that the peer's probe
was on the line, and that it acted when its condition became true.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from subjects import ControlFailed, Subject, expect

#: Conditions of the cases that have one.
CONDITIONS = ("condition_false", "condition_false_high_line")


class Peer(Subject):
    """Probes stay where they are: a peer's arming takes long, and its base was measured before."""

    is_always_there = True
    hits = 300
    rounds = 100
    cases = ("unprobed_function", "unprobed_line", *CONDITIONS)
    #: Functions with a probe.
    probed = ("cold", *CONDITIONS)

    def hits_of(self, case):
        return self.hits if case in CONDITIONS else Subject.hits


class Debugpy(Peer):
    """A conditional breakpoint set through the Debug Adapter Protocol by a client next door."""

    name = "debugpy"

    def start(self, targets):
        super().start(targets)
        # It would remark on stderr that frozen modules cannot be debugged.
        os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
        import debugpy

        debugpy.configure(subProcess=False)
        _, port = debugpy.listen(("127.0.0.1", 0))
        client = Path(__file__).with_name("dap_client.py")
        self.client = subprocess.Popen(
            [sys.executable, str(client), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        expect("debugpy: the client", self.client.stdout.readline(), "attached\n")
        debugpy.wait_for_client()
        lines = {
            line: "x > 10"
            for name, line in targets.lines.items()
            if name.rpartition("_")[0] in self.probed
        }
        self.ask({"file": str(targets.file), "lines": lines})

    def ask(self, request):
        self.client.stdin.write(json.dumps(request) + "\n")
        self.client.stdin.flush()
        answer = json.loads(self.client.stdout.readline())
        if "fault" in answer:
            raise ControlFailed("debugpy: %s" % answer["fault"])
        return answer

    def control(self):
        for name in CONDITIONS:
            before = self.ask({"count": "stops"})["stops"]
            self.targets.function(name)(1, 11)
            expect("debugpy: stops", self.ask({"count": "stops"})["stops"] - before, 1)

    def stop(self):
        self.client.stdin.close()
        self.client.wait(10)


class Ddtrace(Peer):
    """Dynamic instrumentation, its probes handed to it as its remote configuration would."""

    name = "ddtrace"
    cases = (*Peer.cases, "capture_10_locals", "removed")
    probed = (*Peer.probed, "capture", "removed")
    #: Its default rate is 1 a second; this many are measured at once.
    captures = 20

    def start(self, targets):
        super().start(targets)
        # There is no agent to report to, and nothing to trace.
        os.environ.update(DD_TRACE_ENABLED="false", DD_INSTRUMENTATION_TELEMETRY_ENABLED="false")
        os.environ["DD_DYNAMIC_INSTRUMENTATION_UPLOAD_INTERVAL_SECONDS"] = "3600"
        import logging

        logging.disable(logging.CRITICAL)
        from ddtrace.debugging import DynamicInstrumentation
        from ddtrace.debugging._probe.remoteconfig import ProbePollerEvent, build_probe

        DynamicInstrumentation.enable()
        self.debugger = DynamicInstrumentation._instance
        self.events = ProbePollerEvent
        self.collector = type(self.debugger).__uploader__.get_collector()
        probes = {}
        for name, line in targets.lines.items():
            kind = name.rpartition("_")[0]
            if kind in self.probed:
                probes[name] = build_probe(self.probe(name, kind, line))
        self.debugger._on_configuration(ProbePollerEvent.NEW_PROBES, list(probes.values()))
        gone = [probe for name, probe in probes.items() if name.startswith("removed")]
        self.debugger._on_configuration(ProbePollerEvent.DELETED_PROBES, gone)

    def probe(self, name, kind, line):
        probe = {
            "id": name,
            "version": 0,
            "type": "LOG_PROBE",
            "language": "python",
            "where": {"sourceFile": str(self.targets.file), "lines": [str(line)]},
            "captureSnapshot": True,
            "template": "",
            "segments": [],
            "sampling": {"snapshotsPerSecond": 1e6},
        }
        if kind != "capture":
            probe["when"] = {"dsl": "x > 10", "json": {"gt": [{"ref": "x"}, 10]}}
        return probe

    def hits_of(self, case):
        return self.captures if case == "capture_10_locals" else super().hits_of(case)

    def control(self):
        from ddtrace.debugging._signal.model import SignalState

        states = []
        push = self.collector.push
        self.collector.push = lambda signal: (states.append(signal.state), push(signal))
        for name in CONDITIONS:
            self.targets.function(name)(1, 1)
            self.targets.function(name)(1, 11)
        self.targets.function("capture")(1, 1)
        done, unmet = SignalState.DONE, SignalState.SKIP_COND
        expect("ddtrace: signals", states, [unmet, done, unmet, done, done])

    def stop(self):
        from ddtrace.debugging import DynamicInstrumentation

        DynamicInstrumentation.disable(join=False)

