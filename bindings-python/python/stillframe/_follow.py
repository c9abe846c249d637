"""Follows the process's life for the agent: code that is loaded, forks, the exit.

It decides nothing: each event becomes one call of the native part. Invariant: no import behaves
otherwise than without us, and no lock is taken: the native calls only leave a message.
"""

from __future__ import annotations

import atexit
import os
import sys

try:
    from importlib import _bootstrap

    # Each import holds a lock object of its own, which is gone once the import is over. The
    # interpreter keeps weak references to them under the module's name.
    _locks = _bootstrap._module_locks
    from _weakref import ref as _ref
except (ImportError, AttributeError):
    _locks = {}
    _ref = None

_native = None
_at_fork_registered = False
_ending = set()


class _Imports:
    """A finder that finds nothing. It is asked first, and learns which import begins."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        native = _native
        if native is None:
            return None
        try:
            lock = _locks[name]()
            watch = _ref(lock, _imported)
        except (KeyError, TypeError):
            # Without the lock there is no telling when the import ends; the agent looks again.
            native.code_loaded(None)
            return None
        _ending.add(watch)
        return None


def _imported(watch):
    """An import is over, with a module or without."""
    _ending.discard(watch)
    native = _native
    if native is not None:
        native.code_loaded(None)


_finder = _Imports()


def begin(native) -> None:
    """Follows from now on."""
    global _native, _at_fork_registered
    _native = native
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    atexit.register(_at_exit)
    if not _at_fork_registered:
        # It cannot be taken back, so that it is there once and asks whether we follow.
        os.register_at_fork(after_in_child=_forked)
        _at_fork_registered = True


def end() -> None:
    """Follows no more."""
    global _native
    _native = None
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    _ending.clear()
    atexit.unregister(_at_exit)


def _at_exit() -> None:
    if _native is not None:
        _native.at_exit()


def _forked() -> None:
    if _native is None:
        return
    _native.fork_in_child()
    # A child of `multiprocessing` ends without the exit functions of this module, but with its own.
    util = sys.modules.get("multiprocessing.util")
    if util is not None and hasattr(util, "register_after_fork"):
        util.register_after_fork(_finder, _in_multiprocessing)


def _in_multiprocessing(_finder) -> None:
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
