"""Follows the process's life for the agent: forks and the exit.

It decides nothing: each event becomes one call of the native part. Code that is loaded late needs
no hook here: the interpreter tells the native part of each new code object.
"""

from __future__ import annotations

import atexit
import os
import sys

_native = None
_at_fork_registered = False


def begin(native) -> None:
    """Follows from now on."""
    global _native, _at_fork_registered
    _native = native
    atexit.register(_at_exit)
    if not _at_fork_registered:
        # It cannot be taken back: it is there once, and does nothing where no agent runs.
        # No Python runs between the native hook in the parent and the interpreter's own look at the
        # number of threads, for which it waits.
        os.register_at_fork(
            before=native.before_fork,
            after_in_parent=native.fork_in_parent,
            after_in_child=_fork_in_child,
        )
        _at_fork_registered = True


def end() -> None:
    """Follows no more."""
    global _native
    _native = None
    atexit.unregister(_at_exit)


def _at_exit() -> None:
    if _native is not None:
        _native.at_exit()


def _fork_in_child() -> None:
    if _native is None:
        return
    _native.fork_in_child()
    # A child of `multiprocessing` ends without the exit functions of this module, but with its own.
    util = sys.modules.get("multiprocessing.util")
    if util is not None and hasattr(util, "register_after_fork"):
        util.register_after_fork(_at_exit, _in_multiprocessing)


def _in_multiprocessing(_key) -> None:
    util = sys.modules["multiprocessing.util"]
    # Below 0: finalizers of the application's run first.
    util.Finalize(None, _at_exit, exitpriority=-100)


def say(text: str) -> None:
    """A line for people on stderr, unless they asked for silence."""
    if os.environ.get("STILLFRAME_LOG", "").strip().lower() in ("off", "none", "false"):
        return
    try:
        sys.stderr.write(f"stillframe: {text}\n")
    except (AttributeError, OSError, ValueError):
        pass
