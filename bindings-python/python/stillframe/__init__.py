"""Non-breaking breakpoints for running Python code.

A probe sits on a line. When the line is reached its condition is evaluated, quotas apply, and a
snapshot (stack, locals, watches) leaves through a buffer. The application never pauses, and none of
its code runs on our account: no ``repr``, no properties, no ``__eq__``.

    import stillframe

    stillframe.start(sink="stderr")
    stillframe.probe("shop/cart.py:42", condition="total > 100", watches=["cart.items[0].sku"])

Nothing is needed in the code when the process is started by ``stillframe run -- CMD``.

On interpreters other than CPython 3.12 and 3.13 (with the GIL) everything here does nothing, and
``status()`` says why.
"""

from stillframe import _choose

_native = _choose.native()

if _native is not None:
    from stillframe._stillframe import (
        ConditionError,
        LocationError,
        __version__,
        flush,
        probe,
        remove,
        start,
        status,
        stop,
    )
else:
    from stillframe._absent import (
        ConditionError,
        LocationError,
        __version__,
        flush,
        probe,
        remove,
        start,
        status,
        stop,
    )

__all__ = [
    "ConditionError",
    "LocationError",
    "__version__",
    "flush",
    "probe",
    "remove",
    "start",
    "status",
    "stop",
]

del _choose, _native
