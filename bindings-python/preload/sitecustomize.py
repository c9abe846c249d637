"""Starts the Stillframe agent in a Python program, without a line of that program changed.

`stillframe run` puts the folder DIR of this file first on PYTHONPATH, and CPython imports
`sitecustomize` from there before the program begins. DIR holds

    DIR/sitecustomize.py        this file
    DIR/cp39/stillframe/...     the agent for CPython 3.9
    DIR/cp310/stillframe/...    the agent for CPython 3.10, and so on

Afterwards everything is as the program would have it without us: `sys.path` without DIR, and the
program's own `sitecustomize`, if there is one further on the path, imported under that name.
PYTHONPATH itself stays, so that children get an agent too. An agent that the program has installed
itself is preferred. Nothing is written to stdout, and nothing is raised on our account.

Every Python from 3.6 on must be able to run this file.
"""

import os
import sys


def _is_off(name, words):
    return os.environ.get(name, "").strip().lower() in words


def _say(text):
    """A line for people on stderr, unless they asked for silence."""
    if not _is_off("STILLFRAME_LOG", ("off", "none", "false")):
        try:
            sys.stderr.write("stillframe: %s\n" % text)
        except Exception:
            pass  # There is no stderr, so there is nobody to tell.


def _is_command():
    """Whether this process is the command itself, not a child of it. Children stay silent."""
    command = os.environ.get("STILLFRAME_RUN", "")
    return not command or command == str(os.getpid())


def _leave_path(here):
    """Takes DIR off `sys.path`: the program did not put it there."""
    sys.path[:] = [entry for entry in sys.path if _real(entry) != here]
    sys.path_importer_cache.pop(here, None)


def _real(entry):
    try:
        return os.path.realpath(entry) if entry else None
    except Exception:
        return None  # An entry need not be a path at all.


def _keep_from_children(here):
    """`--children=no`: what starts the agent is taken out of the environment."""
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    rest = os.pathsep.join(entry for entry in entries if _real(entry) != here)
    if rest:
        os.environ["PYTHONPATH"] = rest
    else:
        os.environ.pop("PYTHONPATH", None)
    for name in ("STILLFRAME_RUN", "STILLFRAME_CHILDREN"):
        os.environ.pop(name, None)


def _misfit(here):
    """Why there is no agent for this interpreter, or None."""
    version = "%d.%d" % sys.version_info[:2]
    if sys.implementation.name != "cpython":
        return "%s %s has no agent" % (sys.implementation.name, version)
    if "t" in getattr(sys, "abiflags", ""):
        return "a free-threaded CPython %s has no agent yet" % version
    if not os.path.isdir(_folder(here)):
        carried = [name[3:] for name in os.listdir(here) if name.startswith("cp3")]
        carried.sort(key=lambda minor: (len(minor), minor))
        known = ", ".join("3.%s" % minor for minor in carried)
        return "CPython %s has no agent yet (%s)" % (version, known or "none is carried")
    return None


def _folder(here):
    return os.path.join(here, "cp%d%d" % sys.version_info[:2])


def _has_agent():
    """Whether the program's own `stillframe` is an agent with a native part for this Python."""
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("stillframe", sys.path)
    inside = spec.submodule_search_locations if spec is not None else None
    return bool(inside) and PathFinder.find_spec("stillframe._stillframe", inside) is not None


def _agent(here):
    folder = _folder(here)
    sys.path.insert(0, folder)
    try:
        import stillframe

        return stillframe
    finally:
        # By then the package knows its own folder.
        sys.path.remove(folder)
        sys.path_importer_cache.pop(folder, None)


def _start(here):
    if _is_off("STILLFRAME_ENABLED", ("false", "0", "no", "off")):
        return
    if _is_off("STILLFRAME_CHILDREN", ("no", "false", "0", "off")):
        is_child = not _is_command()
        _keep_from_children(here)
        if is_child:
            return
    if _has_agent():
        import stillframe

        stillframe.start()
        return
    reason = _misfit(here)
    if reason is None:
        _agent(here).start()
    elif _is_command():
        _say(reason + ": the program starts untouched")


def _go_on():
    """Imports the `sitecustomize` that the interpreter would have found without us."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None or spec.origin is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    # What it raises is the program's own affair, and is reported as ever.
    spec.loader.exec_module(module)


def _main():
    try:
        here = os.path.dirname(os.path.realpath(__file__))
        _leave_path(here)
        _start(here)
    except Exception as error:
        if _is_command():
            _say("the program starts untouched: %s: %s" % (type(error).__name__, error))
    _go_on()


_main()
