"""What the package does where no agent fits: nothing, and ``status()`` says why."""

from stillframe import _choose

__version__ = "0.1.0"


class ConditionError(ValueError):
    """A condition, watch or log template does not parse or would run application code."""


class LocationError(ValueError):
    """A file, function or line is unknown, ambiguous or differs from the one meant."""


def start(hub=None, sink=None, service=None, version=None, labels=None):
    return False


def stop(timeout=None):
    return None


def flush(timeout=None):
    return True


def status():
    notes = {"mechanism": "none: " + _choose.reason()}
    return {"enabled": False, "agent": __version__, "probes": [], "notes": notes}


def probe(
    location,
    *,
    condition=None,
    watches=None,
    log=None,
    count=False,
    limit=None,
    expires=None,
    on_snapshot=None,
    unchecked=False
):
    raise NotImplementedError(_choose.reason())


def remove(probe):
    raise NotImplementedError(_choose.reason())
