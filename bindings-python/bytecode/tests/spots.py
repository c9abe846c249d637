"""Hooks at the starts and ends of calls, against what the interpreter says of calls.

The corpus runs with a hook at each spot there is, and once more under `sys.setprofile`. Every call
that starts must end in one way, every yield that goes on must have been made, and the profiler must
have seen as many. Tracebacks and the frames of handlers must read as without any hook. Says
`N passed, N failed in S s`; a case is a code object or an exception.
"""

import collections
import inspect
import sys
import time
import traceback

import corpus
from door import MINOR, Door, Refused, hits, inner

SPOTS = ["start", "exit", "yield", "resume"] + (["unwind"] if MINOR >= 11 else [])


def place_of(code):
    """What names a code object in both runs."""
    return f"{code.co_name}:{code.co_firstlineno}:{len(code.co_varnames)}:{len(code.co_names)}"


def hooked(door, code):
    """`code` and all inside it with a hook at every spot that has a place, and these hooks."""
    found = {}

    def change(code):
        constants = tuple(change(one) if hasattr(one, "co_code") else one for one in code.co_consts)
        fine = []
        for spot in SPOTS:
            try:
                door.rewrite(code, [spot])
                fine.append(spot)
            except Refused as refused:
                if "does not execute" not in str(refused) and "room" not in str(refused):
                    raise
        # The lines come too: the spots must hold in their midst.
        lines = [] if MINOR < 11 else door.lines(code)
        new, hooks = door.rewrite(code.replace(co_consts=constants), fine + lines)
        place = place_of(code)
        found.setdefault(place, collections.Counter())
        found[place]["spots"] = (code, dict(zip(fine, hooks)))
        return new

    return change(code), found


def counted(compiled):
    """How often each function of the corpus was called, went on, left by a value and otherwise."""
    seen = collections.defaultdict(collections.Counter)
    names = {(place_of(one), one.co_code) for one in inner(compiled)}
    fresh = set()

    def profile(frame, event, argument):
        code = frame.f_code
        if (place_of(code), code.co_code) not in names:
            return
        place = place_of(code)
        if event == "call":
            is_new = frame not in fresh
            fresh.add(frame)
            seen[place]["start" if is_new else "resume"] += 1
        elif event == "return":
            seen[place]["left"] += 1

    space = run_space(compiled)
    sys.setprofile(profile)
    space["run"]()
    sys.setprofile(None)
    return seen


def run_space(code):
    space = {"__name__": "corpus"}
    exec(code, space)
    return space


def raised(space):
    """Tracebacks of the corpus, as people read them."""
    texts = []

    def note(call, *args):
        try:
            call(*args)
        except BaseException as error:
            texts.append("".join(traceback.format_exception(type(error), error, error.__traceback__)))
            tb = error.__traceback__
            while tb:
                texts.append(f"{tb.tb_frame.f_code.co_name} {tb.tb_lineno}")
                tb = tb.tb_next

    def failing():
        return space["one_line"](
            None
        )

    note(space["one_line"], None)
    note(space["spread"], 1, None)
    note(space["withs"], None, 1)
    note(failing)
    note(space["context"]().__exit__, ValueError, ValueError("thrown"), None)
    running = space["generator"](0)
    next(running)
    note(running.throw, KeyError("thrown"))
    note(space["deep"], "x")
    note(space["Asynchronous"](0).__anext__().send, None)
    coroutine = space["asynchronous"](1)
    coroutine.send(None)
    note(coroutine.throw, ZeroDivisionError("thrown"))
    for lines in (1, 3):
        running = space["inner_generator"]()
        next(running)
        note(running.throw, KeyError, KeyError(lines))
    return texts


def main():
    started, door = time.monotonic(), Door()
    text = inspect.getsource(corpus)
    compiled = compile(text, corpus.__file__, "exec")
    new, found = hooked(door, compiled)
    space = run_space(new)
    space["run"]()
    seen = counted(compiled)
    faults, cases = [], 0
    for place, told in sorted(found.items()):
        code, hooks = told["spots"]
        count = {spot: hits(hook) for spot, hook in hooks.items()}
        profile = seen.get(place)
        if code.co_name == "<module>" or profile is None:
            continue
        cases += 1
        # Flags of generators, coroutines and asynchronous generators. A coroutine that is cancelled
        # before it ran was called, and never started.
        is_plain, is_generator = not code.co_flags & 0x2A0, code.co_flags & 0x20
        starts = count.get("start")
        if starts != profile["start"] and (is_plain or not starts or starts > profile["start"]):
            faults.append(f"{place}: {count.get('start')} starts, {profile['start']} calls")
        if is_plain and MINOR >= 11:
            ended = count.get("exit", 0) + count["unwind"]
            if ended != profile["start"] or ended != profile["left"]:
                faults.append(f"{place}: {count} but {dict(profile)}")
        elif is_generator and count.get("resume", 0) > count.get("yield", 0):
            # Yields of what it delegates to are not its own.
            faults.append(f"{place}: {count}")
    plain, changed = raised(run_space(compiled)), raised(space)
    cases += len(plain)
    for before, after in zip(plain, changed):
        if before != after:
            faults.append(f"another traceback:\n{before}\n{after}")
    if len(plain) != len(changed):
        faults.append(f"{len(plain)} tracebacks became {len(changed)}")
    for fault in faults:
        print(fault)
    door.close()
    seconds = time.monotonic() - started
    print(f"{cases - len(faults)} passed, {len(faults)} failed in {seconds:.1f}s")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
