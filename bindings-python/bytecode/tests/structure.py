"""Every code object of the standard library, with a hook at every line and at every other spot.

What comes back is taken apart with `dis` and held against the original: instructions, targets,
positions, handlers, stack. All lines at once, and of single lines one in twenty, or every one with
`--each`; of all files, or of one in N with `--one-in=N`. Other arguments are parts of the files'
paths. Says `N passed, N failed in S s`; a case is a source file.
"""

import dis
import sys
import time

from door import MINOR, Door, Refused, inner, library

CACHE = dis.opmap.get("CACHE", -1)
EXTENDED_ARG = dis.EXTENDED_ARG
EACH = "--each" in sys.argv
ONE_IN = next((int(one[9:]) for one in sys.argv if one.startswith("--one-in=")), 1)


class Wrong(Exception):
    """The rewritten code differs where it may not."""


def instructions(code):
    """(first byte, byte, opcode, argument, end byte) of every instruction."""
    raw = code.co_code
    start, argument, found = 0, 0, []
    at = 0
    while at < len(raw):
        op = raw[at]
        argument = argument << 8 | raw[at + 1]
        own, at = at, at + 2
        while at < len(raw) and raw[at] == CACHE and MINOR >= 11:
            at += 2
        if op == EXTENDED_ARG:
            continue
        found.append((start, own, op, argument, at))
        start, argument = at, 0
    return found


def target(instruction):
    """The byte an instruction jumps to."""
    _, _, op, argument, end = instruction
    name = dis.opname[op]
    scale = 1 if MINOR < 10 else 2
    if op in dis.hasjabs:
        return argument * scale
    if op in dis.hasjrel:
        return end + (-argument if "BACKWARD" in name else argument) * scale
    return None


def parted(old, new):
    """The instructions of `new` that are the old ones, and for each byte at which something begins
    the index of the old instruction it leads to."""
    known = len(old.co_consts)
    all_of = instructions(new)
    names = [dis.opname[one[2]] for one in all_of]
    calls = set()
    for at, one in enumerate(all_of):
        if names[at] == "LOAD_CONST" and one[3] >= known:
            if names[at + 1 : at + 3] != ["UNARY_NOT", "POP_TOP"]:
                raise Wrong("a call is not whole")
            calls.update((at, at + 1, at + 2))
    skips = set()
    bytes_of_calls = {all_of[at][0] for at in calls}
    for at, one in enumerate(all_of):
        # A jump over calls, and over nothing else.
        if names[at] == "JUMP_FORWARD" and at + 1 in calls:
            if all(all_of[over][0] in bytes_of_calls for over in range(at + 1, len(all_of))
                   if all_of[over][0] < target(one)):
                skips.add(at)
    kept, leads, was = [], {}, instructions(old)
    for at, one in enumerate(all_of):
        leads[one[0]] = len(kept)
        if at in skips:
            # 3.9 has jumps of its own that jump over nothing.
            before = was[len(kept)]
            if before[2] == one[2] and target(before) == before[4]:
                skips.remove(at)
        if at not in calls and at not in skips:
            kept.append(one)
    leads[len(new.co_code)] = len(kept)
    return kept, leads, all_of, calls


def positions(code):
    """What the interpreter says of the place of each unit of two bytes."""
    if MINOR >= 11:
        return list(code.co_positions())
    units = [None] * (len(code.co_code) // 2)
    if MINOR == 10:
        for start, end, line in code.co_lines():
            for unit in range(start // 2, end // 2):
                units[unit] = line
        return units
    line, starts = None, dict(dis.findlinestarts(code))
    # `findlinestarts` leaves out a start whose line is the one before: what counts is the line.
    for unit in range(len(units)):
        line = starts.get(unit * 2, line)
        units[unit] = line
    return units


def handlers(code, leads=None):
    """(handler, depth, lasti) of each unit, the handler as an index of old instructions."""
    if MINOR < 11:
        return None
    leads = leads or {one[0]: at for at, one in enumerate(instructions(code))}
    units = [None] * (len(code.co_code) // 2)
    for entry in dis._parse_exception_table(code):
        for unit in range(entry.start // 2, entry.end // 2):
            units[unit] = (leads[entry.target], entry.depth, entry.lasti)
    return units


def check(old, new, lines):
    was, (kept, leads, all_of, calls) = instructions(old), parted(old, new)
    if len(was) != len(kept):
        raise Wrong(f"{len(was)} instructions became {len(kept)}")
    first_of = {one[0]: at for at, one in enumerate(was)}
    old_places, new_places = positions(old), positions(new)
    old_handlers, new_handlers = handlers(old), handlers(new, leads)
    for before, after in zip(was, kept):
        name = dis.opname[before[2]]
        if before[2] != after[2]:
            raise Wrong(f"{name} at {before[1]} became {dis.opname[after[2]]}")
        goes = target(before)
        if goes is None and before[3] != after[3]:
            raise Wrong(f"{name} at {before[1]} has another argument")
        if goes is not None and first_of[goes] != leads[target(after)]:
            raise Wrong(f"{name} at {before[1]} jumps elsewhere")
        if (before[4] - before[1]) != (after[4] - after[1]):
            raise Wrong(f"{name} at {before[1]} has other caches")
        for step in range(before[1] // 2, before[4] // 2):
            moved = step - before[1] // 2 + after[1] // 2
            if old_places[step] != new_places[moved]:
                raise Wrong(f"{name} at {before[1]} has another place")
            if old_handlers and old_handlers[step] != new_handlers[moved]:
                raise Wrong(f"{name} at {before[1]} has another handler")
        # 3.9 sometimes begins a line between the prefixes and their operation.
        is_one = old_places[before[0] // 2] == old_places[before[1] // 2]
        if is_one and new_places[after[0] // 2] != new_places[after[1] // 2]:
            raise Wrong(f"{name} at {before[1]} has prefixes at another place")
    check_calls(old, new, lines, all_of, calls, new_places)
    size = old.co_stacksize + (1 if MINOR >= 11 and calls else 0)
    if new.co_stacksize != size:
        raise Wrong(f"the stack is {new.co_stacksize}, not {size}")


def check_calls(old, new, lines, all_of, calls, places):
    """Each call has its line, and each line a call."""
    called = set()
    for at in calls:
        first, own, _, argument, end = all_of[at]
        if dis.opname[all_of[at][2]] != "LOAD_CONST":
            continue
        line = lines[argument - len(old.co_consts)]
        called.add(line)
        for unit in range(first // 2, end // 2 + 2):
            place = places[unit] if MINOR < 11 else places[unit][0]
            if place != line:
                raise Wrong(f"a call of line {line} is on line {place}")
            if MINOR >= 11 and places[unit][2:] != (None, None):
                raise Wrong(f"a call of line {line} has columns")
    if called != set(lines):
        raise Wrong(f"no call for the lines {sorted(set(lines) - called)}")


def check_depths(door, code):
    """The depth before each instruction, followed once more with the interpreter's own effects."""
    all_of = instructions(code)
    index = {one[0]: at for at, one in enumerate(all_of)}
    starts = 1 if MINOR == 10 and dis.opname[all_of[0][2]] == "GEN_START" else 0
    depths, open_ = [None] * len(all_of), [(0, starts)]
    ends = {"RETURN_VALUE", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_ABSOLUTE"}
    while open_:
        at, depth = open_.pop()
        while depths[at] is None:
            depths[at] = depth
            _, _, op, argument, _ = one = all_of[at]
            argument = argument if op >= dis.HAVE_ARGUMENT else None
            goes = target(one)
            if goes is not None:
                open_.append((index[goes], depth + dis.stack_effect(op, argument, jump=True)))
            if dis.opname[op] in ends:
                break
            depth += dis.stack_effect(op, argument, jump=False)
            at += 1
        else:
            if depths[at] != depth:
                raise Wrong(f"ways meet at {all_of[at][1]} with {depths[at]} and {depth}")
    told = door.depths(code)
    if told != depths:
        differ = [(all_of[at][1], dis.opname[all_of[at][2]], told[at], depths[at])
                  for at in range(len(all_of)) if told[at] != depths[at]]
        raise Wrong(f"other depths (byte, operation, told, true): {differ[:3]}")


def check_code(door, code, count):
    same, _ = door.rewrite(code, [])
    if same != code or same.co_code != code.co_code:
        raise Wrong("rewriting nothing changes it")
    for part in ("co_linetable", "co_lnotab", "co_exceptiontable"):
        if getattr(same, part, None) != getattr(code, part, None):
            raise Wrong(f"rewriting nothing changes {part}")
    if MINOR < 11:
        check_depths(door, code)
    lines = door.lines(code)
    if MINOR >= 11:
        # Only on 3.9 does the compiler leave code that nothing leads to.
        running = {line for line in positions_behind_start(code) if line}
        if running != set(lines):
            raise Wrong(f"other lines: {sorted(running ^ set(lines))}")
    try:
        new, _ = door.rewrite(code, lines)
        fine, is_fine = lines, True
    except Refused:
        is_fine = False
    alone = [line for line in lines if check_line(door, code, line, is_fine, count)]
    if not is_fine:
        fine = alone
        new, _ = door.rewrite(code, fine)
    count["micros"] += door.micros
    count["lines"] += len(fine)
    check(code, new, fine)
    count["code"] += 1


def check_line(door, code, line, is_fine, count):
    """Whether the line alone takes a hook, which is known if `is_fine`; looks at the outcome where
    `--each` is asked for, or has its turn."""
    count["turn"] += 1
    has_turn = EACH or count["turn"] % 20 == 0
    if is_fine and not has_turn:
        return True
    try:
        new, _ = door.rewrite(code, [line])
    except Refused as refused:
        if "room" not in str(refused):
            raise
        count["refused"] += 1
        return False
    if has_turn:
        check(code, new, [line])
    return True


def positions_behind_start(code):
    resume = next(one for one in instructions(code) if dis.opname[one[2]] == "RESUME")
    places = [place[0] for place in code.co_positions()]
    return places[resume[4] // 2 :]


def main():
    started, door = time.monotonic(), Door()
    only = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    count = {"turn": 0, "code": 0, "lines": 0, "refused": 0, "micros": 0.0}
    passed, failed = 0, 0
    for path, code in library(lambda at, path: at % ONE_IN == 0 and (
        not only or any(part in path for part in only)
    )):
        try:
            for one in inner(code):
                try:
                    check_code(door, one, count)
                except (Wrong, Refused) as wrong:
                    raise Wrong(f"{one.co_name}, line {one.co_firstlineno}: {wrong}") from None
            passed += 1
        except Wrong as wrong:
            failed += 1
            if failed < 20:
                print(f"{path}: {wrong}")
    door.close()
    seconds = time.monotonic() - started
    print(f"3.{MINOR}: {count['code']} code objects, {count['lines']} lines with a hook, "
          f"{count['refused']} refused for want of room, {count['micros'] / 1e6:.2f} s rewriting")
    print(f"{passed} passed, {failed} failed in {seconds:.1f}s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
