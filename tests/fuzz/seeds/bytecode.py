"""Writes real code objects as inputs of the target `bytecode`: python bytecode.py FOLDER.

Works on CPython 3.9, 3.10 and 3.11, each for its own code. Knows the head that the target reads.
"""

import asyncio.tasks
import contextlib
import json.decoder
import struct
import sys
import tokenize
import types
from pathlib import Path

#: Functions of all shapes: generators, coroutines, `with`, `try`, comprehensions, long ones.
MODULES = (asyncio.tasks, contextlib, json.decoder, tokenize)
MOST_BYTES = 3_000


def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


def main():
    folder = Path(sys.argv[1])
    minor = sys.version_info[1]
    for module in MODULES:
        text = Path(module.__file__).read_text()
        for number, code in enumerate(codes(compile(text, module.__file__, "exec"))):
            lines = code.co_lnotab if minor < 10 else code.co_linetable
            exceptions = code.co_exceptiontable if minor >= 11 else b""
            head = struct.pack(
                "<BBHHIHH", minor - 9, min(code.co_stacksize, 255), code.co_firstlineno,
                len(code.co_consts), code.co_flags, len(code.co_code), len(lines),
            )
            seed = head + code.co_code + lines + exceptions
            if len(seed) <= MOST_BYTES:
                name = "3%d-%s-%d" % (minor, module.__name__, number)
                folder.joinpath(name).write_bytes(seed)


main()
