"""Other products, driven without their clouds, as far as that goes.

Each is imported only in the process that measures it. Invariant: a row means that the peer's probe
was on the line, and that it acted when its condition became true.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

from subjects import WARM_CAPTURES, ControlFailed, Subject, expect
from workload import COPIES

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
        # By default so many a second over all probes; without a limiter all are taken.
        self.debugger._global_rate_limiter = None
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


class Rook(Peer):
    """Its probes and its queue of messages to its cloud, which the control reads in its stead."""

    name = "rook"
    cases = (*Peer.cases, "capture_10_locals", "removed")
    probed = (*Peer.probed, "capture", "removed")
    captures = 20
    #: What a breakpoint's message holds, at the product's own depth: 10 of a collection.
    dump = {"store.frame": "frame.dump()", "store.stack": "stack.traceback()"}

    def start(self, targets):
        super().start(targets)
        from rook import config

        # By default 1,000 messages in 5 s, fewer than the captures here.
        config.OutputWsConfiguration.MAX_AUG_MESSAGES = 1 << 40
        from rook.com_ws.agent_com_ws import AgentCom
        from rook.protobuf import envelope_pb2, messages_pb2
        from rook.singleton import singleton_obj

        self.envelope, self.types = envelope_pb2.Envelope, messages_pb2
        self.product = singleton_obj
        singleton_obj._start_trigger_services()
        # It would connect when started. Until then it makes messages ready to be sent, and waits.
        self.link = AgentCom(singleton_obj._id, "localhost", 0, None, None, {}, [], False, False)
        singleton_obj._output.set_agent_com(self.link)
        self.manager = singleton_obj._aug_manager
        for name, line in targets.lines.items():
            kind = name.rpartition("_")[0]
            if kind in self.probed:
                self.manager.add_aug(self.probe(name, kind, line))
                self.expect_states(name, "Pending", "Active")
                if kind == "removed":
                    self.manager.remove_aug(name)
                    self.expect_states(name, "Deleted")

    def probe(self, name, kind, line):
        location = {"name": "file_line", "filename": str(self.targets.file), "lineno": line}
        script = {"name": "script", "operations": [{"name": "set", "paths": self.dump}]}
        # By default it rests after 200 ms of 5,000. This keeps that check, and it never rests.
        probe = {"id": name, "location": location, "action": script, "rateLimit": "4999/5000"}
        if kind != "capture":
            probe["conditional"] = "frame.x > 10"
        return probe

    def sent(self):
        """Messages since the last call: states of probes, and dumps."""
        states, dumps = [], []
        while not self.link._queue.empty():
            wrapper = self.link._queue.get()
            self.link._queue_messages_length -= len(wrapper)
            packed = self.envelope.FromString(wrapper.get_buffer()).msg
            for type, into in (
                (self.types.RuleStatusMessage, states),
                (self.types.AugReportMessage, dumps),
            ):
                if packed.Is(type.DESCRIPTOR):
                    into.append(type.FromString(packed.value))
        return states, dumps

    def expect_states(self, name, *wanted):
        states, _ = self.sent()
        found = [(state.rule_id, state.active, state.error.message) for state in states]
        expect("rook: states", found, [(name, state, "") for state in wanted])

    def hits_of(self, case):
        return self.captures if case == "capture_10_locals" else super().hits_of(case)

    @contextlib.contextmanager
    def measuring(self, case, hits):
        yield
        states, dumps = self.sent()
        # It says so here when it rests, stops, or cannot evaluate a condition.
        expect("rook %s: remarks" % case, [state.error.message for state in states], [])
        wanted = hits + WARM_CAPTURES if case == "capture_10_locals" else 0
        expect("rook %s: dumps" % case, len(dumps), wanted)

    def control(self):
        for self.targets.copy in range(COPIES):
            for name, x in (("cold", 2_000_000), *((name, 11) for name in CONDITIONS)):
                expect("rook: %s" % name, self.dumped(name, 1), [])
                expect("rook: %s" % name, [of["x"] for of in self.dumped(name, x)], [x])
            expect("rook: removed", self.dumped("removed", 11), [])
            expect("rook: locals", [len(of) for of in self.dumped("capture", 1)], [10])

    def dumped(self, name, x):
        """Locals of each dump that arrives from one iteration."""
        self.targets.function(name)(1, x)
        dumps = []
        for dump in self.sent()[1]:
            value = dump.arguments
            for part in ("frame", "locals"):
                value = self.attributes(value)[part]
            found = self.attributes(value).items()
            dumps.append({local: value.int_value for local, value in found})
        return dumps

    @staticmethod
    def attributes(value):
        return {one.name: one.value for one in value.namespace_value.attributes}

    def stop(self):
        self.product._stop_trigger_services()
