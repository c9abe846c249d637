"""Starts Stillframe's agent in a Python process that `stillframe run` (or a child of it) starts.

Layout of the folder that goes first on PYTHONPATH:

    DIR/sitecustomize.py          this file, for every version of Python
    DIR/cp312/stillframe/...      the package, its native module for CPython 3.12
    DIR/cp313/stillframe/...      the same for 3.13

A package that the application has installed itself wins over the one in DIR. The application's own
sitecustomize runs afterwards, as if this one were not there. Nothing here raises, prints to stdout,
or stays on sys.path. It must run on every Python 3, so it uses nothing newer than 3.6.
"""

import os
import sys


def _say(message):
    """One line on stderr, where nobody turned that off."""
    if os.environ.get("STILLFRAME_LOG", "warn").strip().lower() in ("off", "error"):
        return
    try:
        sys.stderr.write("stillframe: " + message + "\n")
    except Exception:  # The process may have no stderr.
        pass


def _leave_path(folder):
    """Takes our folder off sys.path: the application sees its own path."""

    def is_ours(entry):
        return os.path.realpath(entry or os.curdir) == folder

    sys.path[:] = [entry for entry in sys.path if not (entry and is_ours(entry))]


def _strip_children(folder):
    """Takes our variables out of the environment that children will get."""
    parts = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [part for part in parts if part and os.path.realpath(part) != folder]
    if kept:
        os.environ["PYTHONPATH"] = os.pathsep.join(kept)
    else:
        os.environ.pop("PYTHONPATH", None)


def _is_command():
    """Whether this process is the command that `stillframe run` became, not a child of it."""
    return os.environ.get("STILLFRAME_RUN") in (None, str(os.getpid()))


def _start(folder):
    if os.environ.get("STILLFRAME_ENABLED", "").strip().lower() in ("false", "0", "no", "off"):
        return
    version = "%d.%d" % sys.version_info[:2]
    package = os.path.join(folder, "cp%d%d" % sys.version_info[:2])
    if sys.implementation.name != "cpython" or not os.path.isdir(package):
        # A child that the agent does not fit starts as if we were absent.
        if _is_command():
            _say("no agent for %s %s; started without" % (sys.implementation.name, version))
        return
    try:
        # Behind everything else, so that the application's own copy wins.
        sys.path.append(package)
        try:
            import stillframe
        finally:
            sys.path.remove(package)
        stillframe.start()
    except Exception as error:
        if _is_command():
            _say("started without the agent: %s: %s" % (type(error).__name__, error))


def _run_users_own(folder):
    """Runs the sitecustomize that would have run without ours."""
    ours = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if getattr(error, "name", None) != "sitecustomize":
            raise
        if ours is not None:
            sys.modules["sitecustomize"] = ours


def _main():
    folder = os.path.dirname(os.path.realpath(__file__))
    try:
        _leave_path(folder)
        if os.environ.get("STILLFRAME_CHILDREN", "").strip().lower() in ("no", "false", "0", "off"):
            _strip_children(folder)
        _start(folder)
    except Exception as error:
        _say("%s: %s" % (type(error).__name__, error))
    # What the application's own one raises is the application's: site reports it as always.
    _run_users_own(folder)


_main()
