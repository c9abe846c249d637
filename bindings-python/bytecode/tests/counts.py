"""Hits of every line against what the interpreter itself says was entered.

The corpus and a few modules of the standard library run once traced and once with a hook at every
line. Traced, each instruction is seen, and two things are told from it: when `sys.settrace` must
send a line event, which it must have done; and when a line is entered, which must be the number of
hits. Both to the unit. They differ only in these:

- a statement that comes back to its first line has an event, and is no new execution;
- a jump backwards within a line has an event, and is one execution of the line;
- the end of an asynchronous loop (`END_ASYNC_FOR`) has an event, and belongs to its last turn;
- before 3.11 the jump behind an operand of a condition has its statement's line, and so an event;
- on 3.9 a handler that leaves a `with` block has an event for the block's last line, which may not
  have run. (A line's middle that is jumped to from above has neither there: often it is another's.)

Says `N passed, N failed in S s`; a case is a line of a code object.
"""

import ast
import collections
import dis
import json
import os
import subprocess
import sys
import time
import tokenize

from door import MINOR, Door, hits, inner
from structure import instructions, positions, target

HERE = os.path.dirname(os.path.abspath(__file__))
# Modules that are made anew in both runs, and whose functions `work` calls.
MODULES = ["json.decoder", "json.encoder", "json.scanner", "textwrap", "difflib", "dataclasses",
           "string", "fractions", "statistics", "_pydecimal", "configparser", "csv", "html.parser",
           "contextlib", "shlex", "pprint", "copy", "argparse", "tokenize", "ipaddress", "calendar",
           "heapq", "bisect", "graphlib", "asyncio.queues", "asyncio.locks", "asyncio.tasks",
           "traceback", "ast", "inspect", "tempfile", "zipfile", "xml.etree.ElementPath"]


def work():
    """Calls a little of each module, the same way each time."""
    import argparse, ast, asyncio, calendar, configparser, copy, dataclasses, difflib, fractions
    import graphlib, heapq, html.parser, inspect, io, ipaddress, json, pprint, shlex, statistics
    import string, textwrap, tokenize, traceback, zipfile, _pydecimal

    data = {"a": [1, 2.5, None, {"b": "text\n"}], "c": {"d": [True] * 3}}
    text = json.dumps(data, indent=1, sort_keys=True, cls=type("E", (json.JSONEncoder,), {}))
    json.loads(text)
    for wrong in ('{"a"', '[1,', '"\\x"'):
        try:
            json.loads(wrong)
        except ValueError:
            pass
    textwrap.fill("words " * 40, 30, initial_indent="  ")
    list(difflib.unified_diff("abcdef", "abxdeg"))
    made = dataclasses.make_dataclass("Made", [("x", int), ("y", int, dataclasses.field(default=1))])
    copy.deepcopy([made(1), made(2, 3)])
    string.Formatter().format("{0!r:>{1}} {name.x}", "a", 9, name=made(4))
    statistics.quantiles([fractions.Fraction(n, 3) for n in range(9)])
    _pydecimal.Decimal("1.25").sqrt() / _pydecimal.Decimal(3)
    parser = configparser.ConfigParser()
    parser.read_string("[a]\nb = 1\nc = %(b)s\n  more\n[d]\ne: f\n")
    parser.write(io.StringIO())
    html.parser.HTMLParser().feed("<p class='a'>text &amp; <br/><!-- no --></p>")
    shlex.split("a 'b c' \"d\\\"\" e\\ f # no", comments=True)
    pprint.pformat(data, width=20)
    command = argparse.ArgumentParser(prog="p")
    command.add_argument("--number", type=int, default=3)
    command.add_argument("rest", nargs="*")
    command.parse_args(["--number", "5", "a", "b"])
    command.format_help()
    list(tokenize.generate_tokens(io.StringIO("def f(a):\n    return (a +\n  1)\n").readline))
    list(ipaddress.ip_network("10.0.0.0/28").subnets(2))
    calendar.TextCalendar().formatyear(2024)
    list(heapq.merge([1, 4], [2, 3], key=lambda x: x))
    graphlib.TopologicalSorter({1: {2, 3}, 2: {3}}).static_order()
    inspect.signature(work), inspect.getsource(textwrap.fill)
    ast.unparse(ast.parse("async def f(*a, b: int = 1, **c):\n  return [x for x in await a if x]"))
    try:
        raise ValueError(text)
    except ValueError as error:
        traceback.format_exception(type(error), error, error.__traceback__)
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        archive.writestr("a/b.txt", "text")
        archive.namelist()
    asyncio.run(queues())


async def queues():
    import asyncio

    queue, lock = asyncio.Queue(2), asyncio.Lock()

    async def producer():
        for n in range(5):
            await queue.put(n)

    async def consumer():
        for _ in range(5):
            async with lock:
                await queue.get()
            queue.task_done()

    await asyncio.gather(producer(), consumer())
    await queue.join()
    await asyncio.wait([asyncio.ensure_future(asyncio.sleep(0)) for _ in range(3)], timeout=1)


class Making:
    """Makes the modules of `MODULES` and the corpus, with `change` done to their code."""

    def __init__(self, change):
        self.change = change

    def install(self):
        import importlib.abc
        import importlib.machinery

        making = self

        class Loader(importlib.machinery.SourceFileLoader):
            is_of_making = True

            def get_code(self, name):
                path = self.get_filename(name)
                code = compile(self.get_data(path), path, "exec", dont_inherit=True)
                return making.change(code)

        class Finder(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name not in MODULES and name != "corpus":
                    return None
                spec = importlib.machinery.PathFinder.find_spec(name, path)
                if spec is not None and spec.origin.endswith(".py"):
                    spec.loader = Loader(name, spec.origin)
                return spec

        for name in MODULES:
            sys.modules.pop(name, None)
        sys.meta_path.insert(0, Finder())

    def run(self):
        import corpus

        corpus.COMPILE = lambda *args: self.change(compile(*args))
        corpus.run()
        for name in MODULES:
            __import__(name)
        work()


def place(code):
    """What names a code object in both runs."""
    return f"{code.co_filename}:{code.co_name}:{code.co_firstlineno}:{len(code.co_code)}"


class Known:
    """What the model needs of a code object, found without the rewriter."""

    def __init__(self, code, spans):
        self.place = place(code)
        all_of = instructions(code)
        raw = positions(code)
        names = {byte: dis.opname[one[2]] for one in all_of for byte in (one[0], one[1])}
        self.first = self._first(all_of, names)
        self.line, self.raw, self.name = {}, {}, names
        self.handlers, self.tidying = self._handlers(all_of)
        self.starts, self.raw_starts, self.continued = set(), set(), set()
        current, current_raw, known, before = None, None, set(), None
        for at, (start, own, _, argument, end) in enumerate(all_of):
            position = raw[own // 2]
            line = raw_line = position[0] if MINOR >= 11 else position
            # Before 3.11 the compiler gives these the line of their statement.
            if MINOR < 11 and before is not None and (
                names[own] in OF_OPERAND or names[own] in ADDS and argument > 1
            ):
                line = before
            # 3.9 gives the end of an asynchronous loop the line of what comes behind it.
            if names[own] == "END_ASYNC_FOR" and MINOR == 9:
                line = next(self.line[one[0]] for one in all_of
                            if dis.opname[one[2]] == "SETUP_FINALLY" and target(one) == start)
            for byte in range(start, end, 2):
                self.line[byte], self.raw[byte] = line, raw_line
            if raw_line is not None and raw_line != current_raw:
                self.raw_starts.update((start, own))
                current_raw = raw_line
            if line is not None and line != current:
                self.starts.update((start, own))
                current = line
                if start >= self.first:
                    if line in known and before is not None and before > line:
                        if MINOR >= 11:
                            back = position[1] > line and before <= position[1]
                        else:
                            back = any(last >= before for last in spans.get(line, ()))
                            back = back and names[own] not in ("JUMP_ABSOLUTE", "JUMP_FORWARD")
                            back = back or names[own] == "GET_ITER"
                            # The calls that leave a block of `with` whose body has ended.
                            back = back or any(self._leaves(all_of[at - less : at - less + 6])
                                               for less in range(3) if less <= at)
                        if back:
                            self.continued.update((start, own))
                    known.add(line)
            before = line

    @staticmethod
    def _leaves(ahead):
        names = [dis.opname[one[2]] for one in ahead]
        calls = ["DUP_TOP", "DUP_TOP", "CALL_FUNCTION"]
        return names[:1] == ["POP_BLOCK"] and calls in (names[2:5], names[3:6])

    @staticmethod
    def _handlers(all_of):
        """Bytes where handlers of 3.9 begin, and those of them that only tidy up."""
        handlers = {target(one) for one in all_of if dis.opname[one[2]].startswith("SETUP_")}
        tidying = set()
        for at, one in enumerate(all_of):
            three = [dis.opname[one[2]] for one in all_of[at : at + 3]]
            forgets = three[:1] == ["LOAD_CONST"] and [name[:5] for name in three[1:]] == [
                "STORE", "DELET"] and all_of[at + 1][3] == all_of[at + 2][3]
            if one[0] in handlers and (three[0] == "WITH_EXCEPT_START" or forgets):
                tidying.add(one[0])
        return handlers, tidying

    @staticmethod
    def _first(all_of, names):
        if MINOR >= 11:
            return next(one[4] for one in all_of if names[one[1]] == "RESUME")
        return all_of[0][4] if names[all_of[0][1]] == "GEN_START" else 0


OF_OPERAND = {"POP_JUMP_IF_FALSE", "POP_JUMP_IF_TRUE", "JUMP_IF_FALSE_OR_POP",
              "JUMP_IF_TRUE_OR_POP"}
ADDS = {"LIST_APPEND", "SET_ADD", "MAP_ADD"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def spans_of(tree):
    """Last lines of the expressions and plain statements that begin on each line; those inside
    comprehensions, whose code is their own, by the line the comprehension begins on."""
    spans, inside = collections.defaultdict(set), {}
    for node in ast.walk(tree):
        line, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
        if isinstance(node, COMPREHENSIONS):
            own = inside.setdefault(line, collections.defaultdict(set))
            for below in ast.iter_child_nodes(node):
                for first, lasts in spans_of(below)[0].items():
                    own[first] |= lasts
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            last = node.body[0].lineno
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            last = max(item.context_expr.end_lineno for item in node.items)
        elif hasattr(node, "body") or not isinstance(node, (ast.expr, ast.stmt)):
            continue
        if last > line:
            spans[line].add(last)
    return spans, inside


class Tracing:
    """Counts what the interpreter runs."""

    def __init__(self):
        self.known, self.sources = {}, {}
        self.model = collections.Counter()
        self.events = collections.Counter()
        self.events_known = collections.Counter()
        self.loose, self.differences = collections.Counter(), collections.Counter()

    def change(self, code):
        path = code.co_filename
        if MINOR < 11 and os.path.exists(path):
            with tokenize.open(path) as file:
                self.sources[path] = spans_of(ast.parse(file.read()))
        elif MINOR < 11:
            import corpus

            self.sources[path] = spans_of(ast.parse(corpus.NEWER[int(path[3:])]))
        for one in inner(code):
            spans, inside = self.sources.get(path, ({}, {}))
            is_comprehension = one.co_name[1:] in ("listcomp>", "setcomp>", "dictcomp>", "genexpr>")
            spans = inside.get(one.co_firstlineno, {}) if is_comprehension else spans
            self.known[place(one), one.co_code] = Known(one, spans)
        return code

    def call(self, frame, event, _):
        code = frame.f_code
        known = self.known.get((place(code), code.co_code))
        # A module may be there a second time, from before.
        loader = frame.f_globals.get("__loader__")
        if known is None or not (loader is None or hasattr(loader, "is_of_making")):
            return None
        frame.f_trace_opcodes = True
        # Where the frame was: a generator goes on behind its yield.
        before = frame.f_lasti if frame.f_lasti >= known.first else None

        def trace(frame, event, _):
            nonlocal before
            at = frame.f_lasti
            if event == "line":
                self.events[known.place, frame.f_lineno] += 1
            elif event == "opcode":
                self.instruction(known, before, at)
                before = at
            return trace

        return trace

    def instruction(self, known, before, at):
        if at < known.first:
            return
        was = None if before is None or before < known.first else before
        line, raw = known.line[at], known.raw[at]
        is_back = before is not None and at <= before
        if raw is not None:
            fires = raw != (None if was is None else known.raw[was])
            if MINOR == 9:
                fires = at in known.raw_starts or is_back or at in known.handlers
            elif known.name[at] != "SEND":
                fires = fires or is_back
            self.events_known[known.place, raw] += fires
        if MINOR == 9 and known.name[at] == "END_ASYNC_FOR":
            # 3.9 sends this event or not, by how the iterator's own frames were traced.
            self.loose[known.place, line] = 1
        if line is None or line == (None if was is None else known.line[was]):
            return
        caught = at in known.handlers and at not in known.tidying
        enters = MINOR > 9 or at in known.starts or is_back or caught
        not_so = (
            "an asynchronous loop ends" if known.name[at] == "END_ASYNC_FOR"
            else "a statement comes back" if at in known.continued
            else None
        )
        if enters and not_so:
            self.differences[not_so, 0] += 1
        elif enters:
            self.model[known.place, line] += 1


def side(kind):
    """One of the two runs, as JSON."""
    if kind == "hooks":
        door, hooks, refused = Door(), [], collections.Counter()

        def note(code, line, hook, refusal):
            if refusal:
                refused[place(code), line] += 1
            else:
                hooks.append((place(code), line, hook))

        making = Making(lambda code: door.rewrite_all(code, note))
        making.install()
        making.run()
        counted = collections.Counter()
        for name, line, hook in hooks:
            counted[name, line] += hits(hook)
        found = {"hits": counted, "refused": refused}
    else:
        tracing = Tracing()
        making = Making(tracing.change)
        making.install()
        sys.settrace(tracing.call)
        making.run()
        sys.settrace(None)
        found = {"model": tracing.model, "events": tracing.events,
                 "known": tracing.events_known, "loose": tracing.loose,
                 "differences": tracing.differences}
    print(json.dumps({name: [[*key, n] for key, n in counter.items()]
                      for name, counter in found.items()}))


def main():
    started = time.monotonic()
    found = {}
    for kind in ("hooks", "traced"):
        environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        output = subprocess.run([sys.executable, __file__, kind], env=environment, cwd=HERE,
                                stdout=subprocess.PIPE, check=True).stdout
        for name, rows in json.loads(output).items():
            found[name] = {(place, line): n for place, line, n in rows}
    passed = failed = 0
    for key in sorted(set(found["hits"]) | set(found["model"])):
        place, line = key
        hits, model = found["hits"].get(key, 0), found["model"].get(key, 0)
        if key in found["refused"]:
            continue
        events, known = found["events"].get(key, 0), found["known"].get(key, 0)
        if hits == model and (events == known or key in found["loose"]):
            passed += 1
            continue
        failed += 1
        if failed < 30:
            print(f"{place} line {line}: {hits} hits, entered {model} times; "
                  f"{events} events, {known} known")
    total = {name: sum(found[name].values()) for name in ("hits", "events")}
    print(f"3.{MINOR}: {total['hits']} hits, {total['events']} events, "
          f"{len(found['refused'])} lines refused for want of room; no hits: "
          + ", ".join(f"{n} times {why[0]}" for why, n in found["differences"].items()))
    print(f"{passed} passed, {failed} failed in {time.monotonic() - started:.1f}s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if sys.argv[1:]:
        side(sys.argv[1])
    else:
        main()
