"""Runs the binding's tests with the interpreter that runs this; exits non-zero on failure.

The interpreter's environment needs the wheel, pytest, and what requirements.txt names.
"""

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    here = Path(__file__).parent
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", str(here), *sys.argv[1:]]))
