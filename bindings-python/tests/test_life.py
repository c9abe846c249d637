"""The agent's life: start, status, stop, and what it says where it cannot work."""

import os
import subprocess
import sys

import pytest

HAS_MONITORING = sys.version_info >= (3, 12)


#: What the canary says here: newer interpreters than we know are asked for everything.
IS_ASKING = sys.version_info > (3, 15) or "STILLFRAME_DIRECT_READS" in os.environ
CANARY = "asked of the interpreter" if IS_ASKING else "passed"


def run(code, **env):
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_start_stop_and_status():
    done = run(
        "import stillframe\n"
        "stillframe.start(sink='stderr', service='shop')\n"
        "stillframe.start()\n"
        "status = stillframe.status()\n"
        "assert status['enabled'] and status['service'] == 'shop', status\n"
        f"assert {CANARY!r} in status['notes']['canary'], status\n"
        "stillframe.stop()\n"
        "assert not stillframe.status()['enabled']\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_canary_made_to_fail_is_said():
    done = run(
        "import stillframe; stillframe.start(sink='stderr');"
        "print(stillframe.status()['notes']['canary'])",
        STILLFRAME_DIRECT_READS="off",
    )
    assert "asked of the interpreter" in done.stdout, done


@pytest.mark.skipif(not HAS_MONITORING, reason="there are tool ids from CPython 3.12 on")
def test_no_free_tool_id_is_said():
    done = run(
        "import sys\n"
        "for tool in (3, 4): sys.monitoring.use_tool_id(tool, 'other')\n"
        "import stillframe; stillframe.start(sink='stderr')\n"
        "print(stillframe.status()['notes']['mechanism'])\n"
    )
    assert "both taken" in done.stdout, done


def test_not_enabled_does_nothing():
    done = run(
        "import stillframe, sys; stillframe.start()\n"
        "assert not stillframe.status()['enabled']\n"
        "assert sys.version_info < (3, 12) or sys.monitoring.get_tool(4) is None\n",
        STILLFRAME_ENABLED="false",
    )
    assert (done.returncode, done.stderr) == (0, "")
