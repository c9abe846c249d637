"""What stands in for the native part where it does not fit: an error type and the reason."""

from __future__ import annotations

import sys

#: Minor versions of CPython 3 that this package has native parts for.
MINORS = (9, 10, 11, 12, 13, 14)


class StillframeError(Exception):
    """Something asked of Stillframe cannot be done: ``code``, ``message`` and ``hint`` say why."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message}; {hint}")
        self.code = code
        self.message = message
        self.hint = hint


def reason(error: ImportError) -> str:
    """Why the native part could not be imported, for people."""
    name, version = sys.implementation.name, sys.version_info
    if name != "cpython" or version[0] != 3 or version[1] not in MINORS:
        supported = ", ".join(f"3.{minor}" for minor in MINORS)
        return f"{name} {version[0]}.{version[1]} has no agent yet; CPython {supported} have"
    if "t" in getattr(sys, "abiflags", ""):
        return "a free-threaded interpreter has no agent yet"
    return f"the native part cannot be loaded: {error}"
