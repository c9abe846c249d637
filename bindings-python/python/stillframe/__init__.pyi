from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

__version__: str

class ConditionError(ValueError):
    """A condition, watch or log template does not parse or would run application code."""

class LocationError(ValueError):
    """A file, function or line is unknown, ambiguous or differs from the one meant."""

def start(
    hub: str | None = None,
    sink: str | Callable[[dict[str, Any]], object] | None = None,
    service: str | None = None,
    version: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> bool:
    """Start the agent. False if it runs already.

    hub: where probes come from, such as ``http://127.0.0.1:4737``.
    sink: where results go without a hub: ``stdout``, ``stderr``, ``file:///folder``, or a function
        that is called with each snapshot.

    What is not given comes from the environment (``STILLFRAME_*``, then ``OTEL_*``).
    """

def stop(timeout: float | None = None) -> None:
    """Take every probe off, deliver what was captured within ``timeout`` seconds, and end."""

def flush(timeout: float | None = None) -> bool:
    """Wait until what was captured so far is delivered; whether it was within ``timeout`` seconds."""

def status() -> dict[str, Any]:
    """Everything the agent knows about itself and its probes."""

def probe(
    location: str,
    *,
    condition: str | None = None,
    watches: Sequence[str] | None = None,
    log: str | None = None,
    count: bool = False,
    limit: int | None = None,
    expires: float | str | timedelta | None = None,
    on_snapshot: Callable[[dict[str, Any]], object] | None = None,
    unchecked: bool = False,
) -> str:
    """Place a probe and return its id; what became of it is in ``status()``.

    location: ``shop/cart.py:42``, ``shop/cart.py:Cart.total`` or ``shop.cart.Cart.total``.
    condition: captures only where this is true, written in Python.
    watches: expressions whose values travel with each snapshot.
    log: a template such as ``total={cart.total}``: lines instead of snapshots.
    count: counts instead of capturing.
    limit: captures after which it ends.
    expires: seconds, a timedelta, or a text such as ``10m``, after which it ends.
    on_snapshot: called with each snapshot as a dict, on a thread of Stillframe's.
    unchecked: arms even where the source differs or cannot be compared.

    A location that is not loaded yet is waited for.
    """

def remove(probe: str) -> bool:
    """Remove a probe by its id; False if there is none."""
