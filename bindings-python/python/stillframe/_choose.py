"""Decides whether this interpreter is one that the native agent fits."""

import sys


def unfit():
    """Why this interpreter has no agent, or None."""
    implementation = sys.implementation.name
    if implementation != "cpython":
        return "there is no agent for " + implementation
    if sys.version_info[:2] not in ((3, 12), (3, 13)):
        return "there is no agent for Python %d.%d; 3.12 and 3.13 have one" % sys.version_info[:2]
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return "there is no agent for free-threaded Python"
    return None


def native():
    """The native module, or None where there is none that fits."""
    if unfit() is not None:
        return None
    try:
        from stillframe import _stillframe
    except ImportError:
        return None
    return _stillframe


def reason():
    """Why there is no native module, for people."""
    return unfit() or "the native module is missing or was built for another interpreter"
