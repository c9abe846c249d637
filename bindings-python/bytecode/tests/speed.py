"""How long a function of 500 lines takes to rewrite, as rows for the bench on stdout.

The time is the rewriter's own, the best of many: first with a hook at one line, then at every line.
Says `N passed, N failed in S s` on stderr; a case fails above the limit.
"""

import json
import platform
import sys
import time

from door import MINOR, Door

# Milliseconds; what a function of 500 lines may take on 3.11.
LIMIT_MS = 5
ROUNDS = 50


def function(lines):
    """A function of ordinary statements: calls, branches, loops and a handler now and then."""
    text = ["def big(data, total=0):"]
    while len(text) < lines:
        at = len(text)
        text += [
            f"    a{at} = data.get('key {at}', {at}) + len(str(total))",
            f"    if a{at} > {at} and total < 10:",
            f"        total += a{at} * 2",
            f"    for item in range(a{at}):",
            f"        data[item] = [a{at}, item]",
            "    try:",
            f"        total -= data['{at}'][0].value",
            "    except KeyError as error:",
            "        total = str(error)",
            f"    a{at} = f'{{total!r}} of {{data}}'",
        ]
    space = {}
    exec("\n".join(text[:lines]), space)
    return space["big"].__code__


def main():
    started, door, code = time.monotonic(), Door(), function(500)
    lines = door.lines(code)
    failed = 0
    for case, spots in (("rewrite_500_lines", lines[250:251]),
                        ("rewrite_500_lines_each", lines)):
        best = min(rewriting(door, code, spots) for _ in range(ROUNDS))
        failed += best > LIMIT_MS * 1e3
        print(json.dumps({"runtime": "python", "version": platform.python_version(),
                          "case": case, "subject": "stillframe", "ns": round(best * 1e3),
                          "ratio": 1}))
    door.close()
    seconds = time.monotonic() - started
    print(f"{2 - failed} passed, {failed} failed in {seconds:.1f}s", file=sys.stderr)
    sys.exit(1 if failed else 0)


def rewriting(door, code, spots):
    door.rewrite(code, spots)
    return door.micros


if __name__ == "__main__":
    main()
