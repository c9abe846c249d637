"""The rewriter as Python sees it: code objects in, code objects out.

Talks to the crate's example `door`, whose program `STILLFRAME_DOOR` names. Knows nothing of what is
right: the tests beside it do.
"""

import itertools
import os
import subprocess
import sys
import types

MINOR = sys.version_info[1]
LINES = "co_lnotab" if MINOR < 10 else "co_linetable"


class Refused(Exception):
    """The rewriter said no, and why."""


class Hook(itertools.count):
    """Counts its truths without running any Python: the next number counts them."""

    __slots__ = ()
    __len__ = itertools.count.__next__


def hits(hook):
    """How often the truth of a hook was asked for."""
    return hook.__reduce__()[1][0]


class Door:
    """A running rewriter."""

    def __init__(self):
        program = os.environ["STILLFRAME_DOOR"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen([program], **pipes)

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def ask(self, verb, code, spots=""):
        exceptions = code.co_exceptiontable if MINOR >= 11 else b""
        parts = [code.co_code, getattr(code, LINES), exceptions]
        words = [verb, str(MINOR)] + [part.hex() or "-" for part in parts]
        words += map(str, [code.co_firstlineno, code.co_stacksize, len(code.co_consts)])
        words += [str(code.co_flags), spots]
        self._process.stdin.write(" ".join(words).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().decode().rstrip("\n")
        kind, _, rest = answer.partition(" ")
        if kind != "ok":
            raise Refused(rest or "the rewriter ended")
        return rest

    def lines(self, code):
        """Lines at which a hook can be called."""
        return [int(line) for line in self.ask("lines", code).split(",") if line]

    def depths(self, code):
        """Depth of the stack before each instruction; None where none comes."""
        depths = self.ask("depths", code).split(",")
        return [None if depth == "-" else int(depth) for depth in depths]

    def rewrite(self, code, spots, hooks=None):
        """`code` with a hook at each of `spots` (lines or names), and the hooks."""
        hooks = [Hook() for _ in spots] if hooks is None else hooks
        first = len(code.co_consts)
        wanted = ",".join(f"{spot}={first + at}" for at, spot in enumerate(spots)) or "-"
        parts = self.ask("rewrite", code, wanted).split(" ")
        instructions, lines, exceptions = (
            b"" if part == "-" else bytes.fromhex(part) for part in parts[:3]
        )
        changes = {"co_code": instructions, LINES: lines, "co_stacksize": int(parts[3])}
        if MINOR >= 11:
            changes["co_exceptiontable"] = exceptions
        self.micros = float(parts[4])
        return code.replace(co_consts=code.co_consts + tuple(hooks), **changes), hooks

    def rewrite_all(self, code, note):
        """`code` and all code inside it with a hook at every line; tells `note` of each hook and of
        each refusal: `note(original, line, hook, refusal)`."""
        constants = tuple(
            self.rewrite_all(constant, note) if isinstance(constant, types.CodeType) else constant
            for constant in code.co_consts
        )
        outer = code.replace(co_consts=constants)
        lines = self.lines(code)
        try:
            new, hooks = self.rewrite(outer, lines)
        except Refused:
            # One line may have no room: the others take theirs.
            fine = []
            for line in lines:
                try:
                    self.rewrite(outer, [line])
                    fine.append(line)
                except Refused as refused:
                    note(code, line, None, str(refused))
            new, hooks = self.rewrite(outer, fine)
            lines = fine
        for line, hook in zip(lines, hooks):
            note(code, line, hook, None)
        return new


def inner(code):
    """`code` and all code inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from inner(constant)


def library(wanted):
    """Source files of the standard library that the version compiles, with their code: those of
    which `wanted` says so, by their number and path."""
    import tokenize
    import warnings

    root, number = os.path.dirname(os.__file__), 0
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name not in ("site-packages", "__pycache__"))
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not name.endswith(".py"):
                continue
            number += 1
            if not wanted(number - 1, path):
                continue
            try:
                with tokenize.open(path) as file, warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    yield path, compile(file.read(), path, "exec", dont_inherit=True)
            except (SyntaxError, UnicodeDecodeError, ValueError):
                # The library keeps files that are wrong on purpose.
                continue
