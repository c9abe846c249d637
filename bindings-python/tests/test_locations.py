"""Where a probe lands: every form of a location, and lines that this Python leaves out."""

import hashlib
import importlib
import json
import os
import py_compile
import sys
import time

import pytest
import stillframe
from conftest import Probe, wait_for

LINES = '''
def note(function):
    return function

def total(
    cart,
    tax=0.2,
):
    """The total.

    Of a cart.
    """
    # Nothing yet.
    if 0:
        amount = None
    if cart:
        amount = max(
            len(cart),
            tax,
        )
    else:
        # Free.
        amount = 0
    try:
        amount = max(
            amount,
            1
        )
    except ValueError:
        amount = 9
    for _ in ():
        pass

    while False:
        amount = 3
    return (
        amount
    )
    # Behind it all.

# Above.
@note
@note
def decorated(value):
    "One line."
    global everything
    everything = value
    return everything

class Cart:
    """Holds."""

    size = 1

    def clear(self):
        pass
# The end.
'''

#: Line asked for, and the lines it may land on: more than one where versions differ.
SNAPS = [
    ("def total(", ["    if 0:", "    if cart:"]),
    ("    tax=0.2,", ["    if 0:", "    if cart:"]),
    ('    """The total.', ["    if 0:", "    if cart:"]),
    ("    Of a cart.", ["    if 0:", "    if cart:"]),
    ("    # Nothing yet.", ["    if 0:", "    if cart:"]),
    ("    if 0:", ["    if 0:", "    if cart:"]),
    ("        amount = None", ["    if 0:", "    if cart:"]),
    ("    if cart:", ["    if cart:"]),
    ("            len(cart),", ["            len(cart),"]),
    ("            tax,", ["            tax,"]),
    ("    else:", ["        amount = 0"]),
    ("        # Free.", ["        amount = 0"]),
    ("    try:", ["    try:", "        amount = max("]),
    ("            1", ["            1", "            amount,"]),
    ("        pass", ["        pass", "    for _ in ():"]),
    ("        amount = 3", ["    while False:", "        pass", "    for _ in ():"]),
    ("        amount", ["        amount"]),
    ("    # Behind it all.", ["        amount", "    return ("]),
    ("# Above.", ["    everything = value"]),
    ("@note", ["    everything = value"]),
    ("def decorated(value):", ["    everything = value"]),
    ('    "One line."', ["    everything = value"]),
    ("    global everything", ["    everything = value"]),
    ("    def clear(self):", ["        pass"]),
    ("# The end.", ["        pass"]),
]


def number_of(text, last=False):
    found = [at for at, line in enumerate(LINES.splitlines(), 1) if line == text]
    return found[-1] if last else found[0]


@pytest.mark.parametrize("asked, lands", SNAPS, ids=[asked.strip() for asked, _ in SNAPS])
def test_a_line_snaps_to_one_that_runs_and_says_so(place, asked, lands):
    where = place(LINES)
    last = lands == ["        pass"]
    line = number_of(asked)
    with Probe(f"{where.path}:{line}", condition="1 == 2") as placed:
        at = placed.report()["at"]
        assert LINES.splitlines()[at["line"] - 1] in lands, at
        assert at["line_text"] in lands and (not last or at["function"] == "Cart.clear")
        says = f"line {line} has no code of its own: armed at {at['line']}"
        assert at.get("note") == (None if at["line"] == line else says)
        for cart in ([1, 2], []):
            where.module.total(cart, 0.1)
        where.module.decorated(1)
        where.module.Cart().clear()
        dead = ("        pass",) if at["function"] == "total" else ()
        assert (placed.hits() > 0) == (at["line_text"] not in dead)


def test_what_ran_when_the_module_was_loaded_is_refused_with_its_neighbours(place):
    where = place(LINES)
    for asked in ("class Cart:", "    size = 1"):
        placed = Probe(f"{where.path}:{number_of(asked)}")
        report = wait_for(placed.settled, "it stays pending")
        placed.remove()
        assert report["state"] == "refused", report
        assert report["why"]["code"] == "line_not_executable"
        assert "the nearest that does: " in report["why"]["hint"]


def test_every_form_of_a_name_leads_to_the_same_line(place):
    where = place(LINES, "locations_by_name")
    module = where.module.__name__
    for location in (
        f"{where.path}:Cart.clear",
        f"{where.path}:Cart#clear",
        f"{where.path}:clear",
        f"{module}.Cart.clear",
        f"{module}.Cart#clear",
        f"{module}:{number_of('        pass', last=True)}",
        f"{module}.Cart:{number_of('        pass', last=True)}",
    ):
        with Probe(location) as placed:
            where.module.Cart().clear()
            assert placed.hits() == 1, location


def test_a_name_is_found_by_its_end_unless_two_fit(place):
    first = place("class Till:\n    def close(self):\n        return 1\n", "till_one")
    with Probe("Till#close") as placed:
        first.module.Till().close()
        assert placed.hits() == 1
    second = place("class Till:\n    def close(self):\n        return 2\n", "till_two")
    for location in ("Till#close", "Till.close"):
        placed = Probe(location)
        report = wait_for(placed.settled, "it stays pending")
        assert report["why"]["code"] == "ambiguous", report
        assert str(first.path) in report["why"]["message"]
        assert str(second.path) in report["why"]["message"]
        placed.remove()


def test_a_name_that_is_not_there_is_waited_for_with_the_nearest(place):
    where = place(LINES, "locations_nearest")
    for location, hint in (
        ("locations_nearest.Cart.claer", "there is Cart.clear"),
        ("locations_naerest.py:3", "loaded are locations_nearest.py"),
    ):
        placed = Probe(location)
        why = wait_for(lambda: placed.report()["why"].get("hint"), "no hint")
        assert why.startswith(hint) and placed.report()["state"] == "pending"
        placed.remove()
    assert where.module


def test_a_decorator_that_hides_a_function_does_not_hide_its_name(place):
    where = place(
        "def hide(function):\n    return lambda *args: function(*args)\n"
        "@hide\ndef hidden(n):\n    return n\n"
    )
    # The name stands for what the decorator made of it; the file's own name for what was written.
    with Probe(f"{where.path}:hidden") as placed:
        where.module.hidden(1)
        assert placed.hits() == 1


def package(folder, name="twins"):
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    path = folder / f"{name}.py"
    path.write_text("def work(n):\n    return n + 1\n")
    os.utime(path, (0, 0))
    return path


@pytest.fixture
def imported(agent, tmp_path, monkeypatch):
    names = set(sys.modules)

    def imported(root, name):
        monkeypatch.syspath_prepend(str(root))
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield imported
    for name in set(sys.modules) - names:
        del sys.modules[name]


def settled(location, **options):
    placed = Probe(location, **options)
    report = wait_for(placed.settled, "it stays pending")
    placed.remove()
    return report


def test_folders_tell_files_of_one_name_apart(imported, tmp_path):
    package(tmp_path / "one/left_shop")
    package(tmp_path / "two/right_shop")
    left = imported(tmp_path / "one", "left_shop.twins")
    right = imported(tmp_path / "two", "right_shop.twins")
    report = settled("twins.py:2")
    assert report["why"]["code"] == "ambiguous", report
    assert left.__file__ in report["why"]["message"] and right.__file__ in report["why"]["message"]
    report = settled("left_shop/twins.py:2")
    assert report["at"]["file"] == left.__file__
    assert report["not_probed"] == [right.__file__]
    placed = Probe("elsewhere/twins.py:2")
    wait_for(lambda: placed.report()["why"]["code"] == "file_not_loaded", "never looked for")
    placed.remove()


def test_links_are_seen_through(imported, tmp_path):
    real = package(tmp_path / "releases/41/linked_shop")
    (tmp_path / "current").symlink_to(tmp_path / "releases/41")
    module = imported(tmp_path / "current", "linked_shop.twins")
    assert "current" in module.__file__
    typed = ("41/linked_shop/twins.py", "current/linked_shop/twins.py")
    for location in (real, module.__file__, *typed):
        report = settled(f"{location}:2")
        assert report["at"]["file"] == module.__file__, location


def test_the_application_comes_before_its_dependencies(imported, tmp_path):
    package(tmp_path / "site-packages/theirs", "cousins")
    package(tmp_path / "src/ours", "cousins")
    imported(tmp_path / "site-packages", "theirs.cousins")
    ours = imported(tmp_path / "src", "ours.cousins")
    assert settled("cousins.py:2")["at"]["file"] == ours.__file__


def test_a_file_that_changed_after_it_was_loaded_waits_for_a_restart(imported, tmp_path):
    path = package(tmp_path / "changing")
    module = imported(tmp_path, "changing.twins")
    later = time.time() + 60
    os.utime(path, (later, later))
    report = settled(f"{path}:2")
    assert report["state"] == "refused" and report["why"]["code"] == "restart_pending", report
    assert report["why"]["message"].endswith("restart pending")
    snapshots = []
    unchecked = '{"location": "%s:2", "unchecked": true}' % path
    probe = stillframe._native.probe(unchecked, snapshots.append)
    wait_for(lambda: state_of(probe) != "pending", "it stays pending")
    assert state_of(probe) == "armed"
    module.work(1)
    assert stillframe.flush(20)
    stillframe.remove(probe)
    assert any("restart pending" in note for note in snapshots[0]["notes"]), snapshots[0]
    # By its name it is found whatever the file says now.
    report = settled(f"{path}:work")
    assert (report["state"], report["at"]["source"]) == ("armed", "different"), report


def state_of(probe):
    return next(one for one in stillframe.status()["probes"] if one["probe"] == probe)["state"]


def test_code_without_its_source_is_compared_with_none(imported, tmp_path):
    path = package(tmp_path / "compiled_only", "lonely")
    # No other file has this text: content goes before the path.
    path.write_text(path.read_text() + "# lonely\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    py_compile.compile(str(path), cfile=str(path.with_suffix(".pyc")))
    path.unlink()
    module = imported(tmp_path, "compiled_only.lonely")
    assert module.__file__.endswith(".pyc")
    # Nothing was sent to compare with.
    report = settled("compiled_only/lonely.py:2")
    assert (report["state"], report["at"]["source"]) == ("armed", "unverifiable"), report
    assert settled("compiled_only/lonely.py:400")["why"]["code"] == "line_not_executable"
    place = {"file": "compiled_only/lonely.py", "line": 2, "source_sha256": digest}
    for unchecked, state in ((False, "refused"), (True, "armed")):
        spec = json.dumps({"location": place, "unchecked": unchecked})
        compared = stillframe._native.probe(spec, lambda snapshot: None)
        wait_for(lambda: state_of(compared) != "pending", "it stays pending")
        report = next(one for one in stillframe.status()["probes"] if one["probe"] == compared)
        stillframe.remove(compared)
        assert report["state"] == state, report
        assert unchecked or report["why"]["code"] == "no_source", report
        assert unchecked or "line 2 has code there" in report["why"]["hint"], report
    assert settled("compiled_only/lonely.py:work")["at"]["source"] == "unverifiable"


def test_a_dry_run_arms_nothing(place):
    where = place("def work(n):\n    return n\n")
    spec = '{"location": "%s:2", "condition": "%s", "dry_run": true}'
    for condition, state in (("n == 1", "done"), ("m == 1", "refused")):
        probe = stillframe._native.probe(spec % (where.path, condition), lambda snapshot: None)
        wait_for(lambda: state_of(probe) != "pending", "it stays pending")
        assert state_of(probe) == state
        where.module.work(1)
        found = next(one for one in stillframe.status()["probes"] if one["probe"] == probe)
        assert found["counters"]["hits"] == 0 and found["at"]["line"] == 2
        stillframe.remove(probe)
