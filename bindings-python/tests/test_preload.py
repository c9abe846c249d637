"""`stillframe run` in Python: a program starts as if we were absent, whatever is wrong with us."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PRELOAD = Path(__file__).parent.parent / "preload" / "sitecustomize.py"
HERE = "cp%d%d" % sys.version_info[:2]
#: The interpreter below our environment: one in which no agent is installed.
PLAIN = Path(sys.base_prefix) / "bin" / ("python%d.%d" % sys.version_info[:2])
#: An agent that only says that it was started.
AGENT = "import os\ndef start():\n    os.write(2, b'<started>')\n"


@pytest.fixture
def agents(tmp_path):
    folder = tmp_path / "agents"
    package = folder / HERE / "stillframe"
    package.mkdir(parents=True)
    shutil.copy(PRELOAD, folder)
    (package / "__init__.py").write_text(AGENT)
    return folder


def run(folder, code, *more_path, python=PLAIN, **variables):
    """Runs `code` preloaded from `folder`; its stdout and stderr."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STILLFRAME_", "PYTHON"))
    }
    environment["PYTHONPATH"] = os.pathsep.join(map(str, (folder, *more_path)))
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment.update(variables)
    done = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_the_path_is_as_without_us(agents, tmp_path):
    code = "import sys, os; print(sys.path); print(os.environ['PYTHONPATH'])"
    plain, _ = run(tmp_path / "other", code)
    preloaded, _ = run(agents, code, tmp_path / "other")
    path, inherited = preloaded.splitlines()
    assert path == plain.splitlines()[0]
    assert inherited.startswith(str(agents))


def test_the_programs_own_sitecustomize_runs_once_under_its_name(agents, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import os\nos.write(1, b'own ')\nSEEN = __name__\n")
    out, _ = run(agents, "import sitecustomize as s; print(s.SEEN, s.__file__)", own)
    assert out == f"own sitecustomize {own / 'sitecustomize.py'}\n"


def test_what_the_programs_own_sitecustomize_raises_is_reported_as_ever(agents, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("raise RuntimeError('theirs')\n")
    out, plain = run(own, "print('on')")
    also_out, preloaded = run(agents, "print('on')", own)
    assert out == also_out == "on\n"
    assert preloaded.replace("<started>", "") == plain
    assert "RuntimeError" in plain


@pytest.mark.parametrize("fault", ["raise OSError('no')", "import no_such_module", "def start(:"])
def test_an_agent_that_cannot_start_is_one_line_on_stderr(agents, fault):
    (agents / HERE / "stillframe" / "__init__.py").write_text(fault)
    out, err = run(agents, "print('on')")
    assert out == "on\n"
    assert err.count("\n") == 1 and err.startswith("stillframe: the program starts untouched")


def test_an_agent_of_the_programs_own_is_preferred(agents, tmp_path):
    own = tmp_path / "own" / "stillframe"
    own.mkdir(parents=True)
    (own / "__init__.py").write_text("def start():\n    print('their own')\n")
    assert run(agents, "0", own.parent) == ("", "<started>"), "it has no native part"
    (own / "_stillframe.py").write_text("")
    assert run(agents, "0", own.parent) == ("their own\n", "")


def test_an_unsupported_version_starts_untouched_and_says_so_once(agents):
    shutil.move(agents / HERE, agents / "cp399")
    out, err = run(agents, "import sys; print('stillframe' in sys.modules)")
    assert out == "False\n"
    assert err.count("\n") == 1 and "3.99" in err and "no agent yet" in err
    _, err = run(agents, "0", STILLFRAME_LOG="off")
    assert err == ""
    _, err = run(agents, "0", STILLFRAME_RUN="1")
    assert err == "", "a child says nothing"


def test_enabled_false_does_nothing_at_all(agents):
    code = "import sys; print('stillframe' in sys.modules, sys.meta_path[0].__class__.__name__)"
    out, err = run(agents, code, STILLFRAME_ENABLED="False")
    plain, _ = run(agents / "nowhere", code)
    assert (out, err) == (plain, "")


def test_children_inherit_unless_told_otherwise(agents):
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', '0'])"
    reap = "import os; print(os.environ.get('PYTHONPATH'))"
    shutil.rmtree(agents / HERE)
    _, err = run(agents, child)
    assert err.count("no agent yet") == 2
    _, err = run(agents, child, STILLFRAME_CHILDREN="no")
    assert err.count("no agent yet") == 1
    out, _ = run(agents, reap, STILLFRAME_CHILDREN="no")
    assert out == "None\n"


OTHERS = sorted(Path(sys.base_prefix).parent.glob("3.*/bin/python")) or [None]


@pytest.mark.parametrize("python", OTHERS, ids=lambda path: path and path.parent.parent.name)
def test_every_python_can_run_it(agents, python):
    if python is None:
        pytest.skip("no other Python beside this one")
    shutil.rmtree(agents / HERE)
    out, err = run(agents, "print('on')", python=str(python))
    assert out == "on\n"
    assert err.count("\n") == 1 and "starts untouched" in err
