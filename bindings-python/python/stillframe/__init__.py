"""Non-breaking breakpoints for running Python code.

    import stillframe

    stillframe.start(sink="stdout")
    stillframe.probe("shop/cart.py:42", condition="total > 100", watches=["cart.items[0].sku"])

A probe sits on a line. When the line is reached and the condition is true, a snapshot of the
stack, the locals and the watches leaves the process; the application never pauses and no code of
its own runs on our account. Nothing of this is needed in a program that was started with
``stillframe run -- python app.py``: probes then come from the command line.

An interpreter this build does not support, and ``STILLFRAME_ENABLED=false``, make every function
here do nothing; :func:`status` says why.
"""

from __future__ import annotations

from . import _follow

try:
    from ._stillframe import StillframeError
    from . import _stillframe as _native

    _unsupported = None
except ImportError as _error:
    from ._absent import StillframeError, reason

    _native = None
    _unsupported = reason(_error)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import timedelta
    from typing import Any, Literal

    Snapshot = dict[str, Any]

__all__ = [
    "StillframeError",
    "flush",
    "probe",
    "remove",
    "start",
    "status",
    "stop",
]

_running = False
_off: str | None = None


def start(
    *,
    hub: str | None = None,
    sink: str | Callable[[Snapshot], object] | None = None,
    service: str | None = None,
    version: str | None = None,
    labels: Mapping[str, str] | None = None,
    redact: Iterable[str] = (),
    readable: Iterable[str] = (),
) -> None:
    """Start the agent in this process.

    :param hub: where probes come from: ``http://127.0.0.1:4737``.
    :param sink: where results go without a hub: ``"stdout"``, ``"stderr"``, ``"file:///folder"``,
        or a function that is called with each result on a thread of ours.
    :param service: name of the service; else ``STILLFRAME_SERVICE`` or OpenTelemetry's.
    :param version: version of the service.
    :param labels: labels of this instance, by which ``stillframe snap --label`` chooses.
    :param redact: further names whose values never leave, ``*`` at an end standing for anything.
    :param readable: names of the built-in list whose values may leave. Only the application can say
        so; what ``redact`` or ``STILLFRAME_REDACT`` names stays redacted.

    What is absent comes from the environment, then from the defaults. A process has one agent:
    while it runs, further calls change nothing. A configuration that cannot work is one line on
    stderr and a note in :func:`status`, never an exception: the application comes first.
    """
    global _running, _off
    if _running or _native is None:
        return
    _off = None
    _follow.begin(_native)
    try:
        _native.start(
            hub=hub,
            sink=sink,
            service=service,
            version=version,
            labels=None if labels is None else dict(labels),
            names=(_names(redact), _names(readable)),
        )
    except StillframeError as error:
        _follow.end()
        _off = str(error)
        _follow.say(f"not started: {error}")
        return
    except BaseException:
        _follow.end()
        raise
    if _native.status().get("enabled", True):
        _running = True
    else:
        _follow.end()
        _off = "STILLFRAME_ENABLED is false"


def _names(names: Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def stop(timeout: float = 0.5) -> None:
    """Take every probe off, deliver what was captured within ``timeout`` seconds, end all threads.

    :func:`start` may be called again afterwards.
    """
    global _running
    if not _running:
        return
    _running = False
    _follow.end()
    _native.stop(timeout)


def flush(timeout: float = 5.0) -> bool:
    """Wait until everything captured so far was delivered, at most ``timeout`` seconds.

    :return: whether it was.
    """
    return _native.flush(timeout) if _running else True


def status() -> dict[str, Any]:
    """What the agent knows about itself: its link, its probes with exact counters, notes.

    >>> stillframe.status()["probes"][0]["counters"]["hits"]
    1204
    """
    if _running:
        return _native.status()
    why = _unsupported or _off or "not started"
    return {"enabled": False, "probes": [], "notes": {"off": why}}


def probe(
    location: str,
    *,
    condition: str | None = None,
    watches: Iterable[str] = (),
    log: str | None = None,
    kind: Literal["snap", "log", "count", "time"] | None = None,
    limit: int | None = None,
    expires: float | timedelta | None = None,
    on_snapshot: Callable[[Snapshot], object] | None = None,
) -> str:
    """Place a probe and return its id.

    :param location: ``"shop/cart.py:42"``, ``"shop/cart.py:Cart.total"`` or
        ``"shop.cart.Cart.total"``; with ``kind="time"`` also lines, ``"shop/cart.py:40..44"``. Code
        that is not loaded yet is waited for.
    :param condition: captures only where this is true: ``"total > 100 and user.id in vips"``.
    :param watches: expressions whose values travel with each snapshot.
    :param log: renders a log line instead of a snapshot: ``"total={cart.total}"``.
    :param kind: ``"count"`` counts hits, ``"time"`` measures how long a function or a range of
        lines takes; both leave their figures in :func:`status`. Else a log line if ``log`` is
        given, and a snapshot if not.
    :param limit: captures after which the probe ends.
    :param expires: seconds after which it ends.
    :param on_snapshot: is called with each result of this probe, on a thread of ours.

    :raise StillframeError: if the location, condition, a watch or a number cannot be right; its
        ``code``, ``message`` and ``hint`` say what and what to do next. What comes of a probe later
        is in :func:`status`. Where the agent is off, nothing happens and the id is empty.
    """
    if not _running:
        if _unsupported is None and _off is None:
            raise StillframeError("not_started", "place a probe: the agent is not running",
                                  "call stillframe.start() first")
        return ""
    import json

    if kind is None:
        kind = "snap" if log is None else "log"
    spec: dict[str, Any] = {"kind": kind, "location": location}
    given = {
        "condition": condition,
        "watches": list(watches) or None,
        "log": log,
        "limit": limit,
        "expires_ms": None if expires is None else _milliseconds(expires),
    }
    spec.update((name, value) for name, value in given.items() if value is not None)
    return _native.probe(json.dumps(spec), on_snapshot)


def remove(id: str) -> None:
    """Take a probe away. One that is gone already is no error."""
    if _running:
        _native.remove(id)


def _milliseconds(expires: float | timedelta) -> int:
    seconds = expires.total_seconds() if hasattr(expires, "total_seconds") else expires
    return round(seconds * 1000)
