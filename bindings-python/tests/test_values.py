"""What conditions and captures read from real frames, and that reading runs nothing."""

import os
import subprocess
import sys
import textwrap

import pytest
from conftest import Probe, wait_for

EVIL = '''
calls = []

def overrides(base, *names):
    def method(name):
        def call(self, *args, **kwargs):
            calls.append(f"{base.__name__}.{name}")
            return getattr(base, name)(self, *args, **kwargs)
        return call
    return type(f"Evil{base.__name__}", (base,), {name: method(name) for name in names})

COMMON = ("__eq__", "__hash__", "__repr__", "__str__", "__getattribute__", "__format__",
          "__ne__", "__lt__", "__gt__", "__le__", "__ge__", "__dir__", "__sizeof__")
LISTS = ("__len__", "__iter__", "__getitem__", "__contains__", "__reversed__")

EvilDict = overrides(dict, "__len__", "__iter__", "__getitem__", "__contains__", *COMMON)
EvilList = overrides(list, *LISTS, *COMMON)
EvilTuple = overrides(tuple, "__len__", "__iter__", "__getitem__", "__contains__", *COMMON)
EvilStr = overrides(str, "__len__", "__iter__", "__getitem__", "__contains__", *COMMON)
EvilInt = overrides(int, "__bool__", "__int__", "__index__", "__add__", *COMMON)
EvilSet = overrides(set, "__len__", "__iter__", "__contains__", *COMMON)

class Evil:
    def __init__(self):
        object.__setattr__(self, "field", 1)
    def __getattr__(self, name): calls.append(name); raise AttributeError(name)
    def __getattribute__(self, name):
        calls.append(name)
        return object.__getattribute__(self, name)
    def __repr__(self): calls.append("repr"); return "evil"
    def __hash__(self): calls.append("hash"); return 1
    def __eq__(self, other): calls.append("eq"); return True
    def __len__(self): calls.append("len"); return 3
    def __iter__(self): calls.append("iter"); return iter(())
    def __bool__(self): calls.append("bool"); return True
    def __contains__(self, item): calls.append("contains"); return True
    def __getitem__(self, key): calls.append("getitem"); return 1
    def __instancecheck__(self, other): calls.append("instancecheck"); return True
    @property
    def computed(self): calls.append("property"); return 1
    @property
    def __class__(self): calls.append("class"); return int
    def __del__(self): calls.append("del")

class Meta(type):
    def __getattribute__(cls, name):
        calls.append("meta." + name)
        return type.__getattribute__(cls, name)
    def __instancecheck__(cls, other): calls.append("meta.instancecheck"); return True
    def __repr__(cls): calls.append("meta.repr"); return "meta"

class WithMeta(metaclass=Meta):
    __slots__ = ("slot",)

def work(evil, mapping, sequence, fixed, text, number, many, plain, klass, slotted, keyed, cycle):
    return 1  #: here

def build():
    cycle = []
    cycle.append(cycle)
    evil = Evil()
    slotted = WithMeta()
    object.__setattr__(slotted, "slot", evil)
    arguments = (evil, EvilDict(a=1), EvilList([1, 2]), EvilTuple((1, 2)), EvilStr("text"),
                 EvilInt(3), EvilSet({1}), {"evil": evil, 1: [evil]}, WithMeta, slotted,
                 {evil: 1}, cycle)
    calls.clear()
    return arguments
'''

#: Each would call something if it were evaluated as Python does.
HOSTILE = [
    "evil == 1", "evil", "not evil", "len(evil) == 3", "evil.field == 1", "evil.computed == 1",
    "evil.missing == 1", "evil in [1, 2]", "1 in evil", "evil[0] == 1", "evil == evil",
    "mapping['a'] == 1", "'a' in mapping", "len(mapping) == 1", "mapping == {}", "not mapping",
    "sequence[0] == 1", "1 in sequence", "len(sequence) == 2", "sequence == [1, 2]",
    "fixed[0] == 1", "fixed == (1, 2)", "text == 'text'", "len(text) == 4", "'e' in text",
    "text.startswith('t')", "number == 3", "number + 1 == 4", "number > 1", "not number",
    "1 in many", "len(many) == 1", "isinstance(evil, klass)", "isinstance(evil, int)",
    "keyed[1] == 1", "1 in keyed", "klass.slot == 1", "slotted.slot == 1", "cycle == cycle",
    "any(x == evil for x in sequence)", "plain['evil'].field == 1", "plain[1][0] == 2",
    "str(evil) == 'evil'", "hash(evil) == 1", "evil is None", "max(sequence) == 2",
]


@pytest.fixture(scope="module")
def evil_source():
    return EVIL


@pytest.mark.parametrize("condition", HOSTILE)
def test_no_condition_runs_code_of_the_application(place, condition):
    where = place(EVIL)
    try:
        placed = Probe(f"{where.path}:{where.line('here')}", condition=condition)
    except Exception as refused:
        assert type(refused).__name__ == "StillframeError"
        return
    wait_for(placed.settled, "never left pending")
    arguments = where.module.build()
    where.module.work(*arguments)
    assert where.module.calls == []
    placed.remove()


def test_no_capture_runs_code_of_the_application(place, probe):
    where = place(EVIL)
    watches = ["evil", "mapping", "sequence", "text", "number", "slotted.slot", "cycle"]
    placed = probe(where, "here", watches=watches)
    arguments = where.module.build()
    counts = [sys.getrefcount(argument) for argument in arguments]
    where.module.work(*arguments)
    snapshot = placed.snapshot()
    assert where.module.calls == []
    assert [sys.getrefcount(argument) for argument in arguments] == counts
    values = snapshot["locals"]
    assert snapshot["watches"]["evil"]["field"] == 1
    assert values["keyed"]["$length"] == 1
    assert set(values) == set(where.module.work.__code__.co_varnames)


VALUES = '''
import dataclasses, enum, collections, decimal

class Color(enum.Enum):
    RED = "red"

class Level(enum.IntEnum):
    HIGH = 3

@dataclasses.dataclass
class Item:
    sku: str
    count: int

class Slotted:
    __slots__ = ("set", "unset")
    def __init__(self):
        self.set = 5

class Sub(Slotted):
    __slots__ = ("more",)

Point = collections.namedtuple("Point", "x y")

class Cart:
    rate = 0.5
    def __init__(self):
        self.items = [Item("SF-1042", 2)]
        self.__hidden_count = 7
    def total(self, big, negative, huge, empty=None):
        color, level, point = Color.RED, Level.HIGH, Point(1, "ü€\\U0001f600")
        slotted, sub = Slotted(), Sub()
        table = {"a": 1, "password": "hunter2", 3: 4, "nested": {"b": [1, 2.5, None, True]}}
        error = ValueError("boom", 3)
        steps = range(0, 10, 3)
        later = 0
        del later
        def inner():
            return self, big
        return 1  #: here
'''

WATCHED = {
    "self.items[0].sku": "SF-1042",
    "self.items[-1].count": 2,
    "self.rate": 0.5,
    "self.__hidden_count": 7,
    "big == 2**100 or big > 10**20": True,
    "negative": {"$int": str(-(2**63))},
    "color.value": "red",
    "color.name": "RED",
    "color is Color.RED": True,
    "level == 3": True,
    "level.name": "HIGH",
    "point.x": 1,
    "point.y": "ü€\U0001f600",
    "point[1]": "ü€\U0001f600",
    "slotted.set": 5,
    "sub.set": 5,
    "table['nested']['b'][1]": 2.5,
    "'nested' in table": True,
    "table[3]": 4,
    "len(table)": 4,
    "steps[2]": 6,
    "len(steps)": 4,
    "isinstance(point, tuple)": True,
    "isinstance(self, Cart)": True,
    "empty is None": True,
    "len(Color.RED.value)": 3,
}


def call(where):
    return where.module.Cart().total(2**100, -(2**63), 3**200)


def test_values_of_every_kind(place, probe):
    where = place(VALUES)
    usable = [watch for watch in WATCHED if "**" not in watch]
    placed = probe(where, "here", watches=usable)
    call(where)
    snapshot = placed.snapshot()
    assert snapshot["watches"] == {watch: WATCHED[watch] for watch in usable}
    values = snapshot["locals"]
    assert values["huge"] == {"$int": str(3**200)}
    assert values["later"] == {"$missing": "not set yet"}
    assert values["color"]["value"] == "red"
    assert values["error"]["args"]["$items"] == ["boom", 3]
    entries = dict((key, value) for key, value in values["table"]["$entries"])
    assert entries["password"] == {"$missing": "redacted"}
    assert values["slotted"]["set"] == 5
    assert values["slotted"]["unset"] == {"$missing": "not set yet"}
    assert values["steps"] == {"$type": "range", "start": 0, "stop": 10, "step": 3}
    assert "hunter2" not in repr(snapshot)


@pytest.mark.skipif(
    sys.version_info < (3, 12),
    reason="before 3.12 no call reads a local without rewriting what locals() answered",
)
def test_reads_through_the_public_api_agree(tmp_path):
    script = tmp_path / "fallback.py"
    script.write_text(VALUES + textwrap.dedent('''
        import queue, sys, stillframe
        got = queue.Queue()
        stillframe.start(sink=lambda snapshot: None)
        line = int(sys.argv[1])
        stillframe.probe(f"fallback.py:{line}", condition="negative < 0 and len(table) == 4",
                         watches=["self.items[0].sku", "big", "rate_of", "color.value"][:2]
                         + ["color.value"], on_snapshot=got.put)
        assert "asked of the interpreter" in stillframe.status()["notes"]["canary"]
        try:
            raise KeyError("kept")
        except KeyError:
            Cart().total(5, -1, 3)
            assert isinstance(sys.exc_info()[1], KeyError)
        snapshot = got.get(timeout=20)
        assert snapshot["watches"] == {"self.items[0].sku": "SF-1042", "big": 5,
                                       "color.value": "red"}, snapshot
        assert snapshot["locals"]["later"] == {"$missing": "not set yet"}
        assert snapshot["stack"][0]["line"] == line
        print("agreed")
    '''))
    line = [at for at, text in enumerate(script.read_text().splitlines(), 1) if "#: here" in text]
    done = subprocess.run(
        [sys.executable, script, str(line[0])],
        env={**os.environ, "STILLFRAME_DIRECT_READS": "off"},
        capture_output=True, text=True, timeout=60,
    )
    assert (done.stdout, done.returncode) == ("agreed\n", 0), done.stderr


def test_names_are_resolved_as_python_does(place, probe):
    where = place(
        "limit = 5\nlen_of = 3\n"
        "def outer(a):\n"
        "    b = a + 1\n"
        "    def inner(c, max=9):\n"
        "        return a + b + c + limit  #: here\n"
        "    return inner\n"
    )
    watches = ["a", "b", "c", "limit", "len_of", "max"]
    placed = probe(where, "here", watches=watches, condition="a == 1 and limit == 5")
    where.module.outer(1)(3)
    where.module.limit = 6
    where.module.outer(1)(3)
    assert placed.snapshot()["watches"] == dict(zip(watches, [1, 2, 3, 5, 3, 9]))
    assert placed.counters()["condition_false"] == 1
    unknown = Probe(f"{where.path}:{where.line('here')}", condition="limt == 5")
    report = unknown.report()
    assert report["state"] == "refused"
    assert "limt" in report["why"]["message"] and "limit" in repr(report["why"])
    unknown.remove()


def test_the_variables_of_a_module_body(agent, tmp_path):
    path = tmp_path / "body.py"
    source = "first = 1\nfor second in range(3):\n    third = second\n"
    path.write_text(source)
    code = compile(source, str(path), "exec")
    placed = Probe(f"{path}:3", condition="second == 2")
    if sys.version_info < (3, 12):
        # Code that no function runs is seen when it runs.
        exec(code, {"__name__": "body"})
    placed.armed()
    exec(code, {"__name__": "body"})
    if sys.version_info[:2] == (3, 11):
        # No function has this code, so there is nothing to put other code in; the probe says so.
        said = "a module's body that is executed again runs the old code"
        wait_for(lambda: said in placed.report().get("at", {}).get("note", ""), "it does not say so")
        assert placed.hits() == 0
    else:
        assert placed.snapshot()["locals"] == {"first": 1, "second": 2, "third": 1}
    placed.remove()
