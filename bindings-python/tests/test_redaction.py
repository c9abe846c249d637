"""Every side door by which a condition, a watch or a log line could tell a redacted value."""

import enum
import threading
from collections import OrderedDict, defaultdict, namedtuple
from types import MappingProxyType, SimpleNamespace

import pytest
import stillframe
from conftest import Probe, wait_for

SECRET = "hunter2"

SOURCE = '''
class Account:
    def __init__(self, secret):
        self.__pin = secret
        self.name = "lea"

    def check(self):
        return self  #: method

def use(user, data, key, pairs, login, wrapped, holder):
    """Has every kind of holder of a secret at hand."""
    return user  #: here
'''


class Key(str):
    """A string that is one more."""


class Odd(str):
    """One that decides itself what it equals."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        raise AssertionError("code of the application ran")


class Field(str, enum.Enum):
    PASSWORD = "password"


Login = namedtuple("Login", "name password")


def arguments():
    data = {"password": SECRET, "total": 5}
    return {
        "user": SimpleNamespace(password=SECRET, name="lea"),
        "data": data,
        "key": "password",
        "pairs": [(b"accept", b"*/*"), (b"authorization", SECRET.encode()), ["api_key", SECRET]],
        "login": Login("lea", SECRET),
        "wrapped": {Key("password"): SECRET, Field.PASSWORD: SECRET, "a": 1},
        "holder": SimpleNamespace(
            inner={"deep": [{"password": SECRET}]},
            proxy=MappingProxyType(data),
            ordered=OrderedDict(data),
            default=defaultdict(str, data),
            odd={Odd("password"): SECRET},
            headers={b"authorization": SECRET.encode()},
            wide={"ｐａｓｓｗｏｒｄ": SECRET, "pass\u200bword": SECRET},
        ),
    }


@pytest.fixture
def where(place):
    return place(SOURCE)


#: Refused when the probe is placed: the text itself names what is redacted.
REFUSED = [
    "user.password == 'x'",
    "user.passWord is None",
    "user.__dict__['password'] == 'x'",
    "data['password'] == 'x'",
    "data['pass' 'word'] == 'x'",
    "data['PASS_WORD'] == 'x'",
    "data[b'password'] == 'x'",
    "data['pass\\u0077ord'] == 'x'",
    "data['ｐａｓｓｗｏｒｄ'] == 'x'",
    "data.get('password') == 'x'",
    "data.get('password', 'x') == 'x'",
    "len(user.password) > 3",
    "user.password.startswith('h')",
    "user.password[0] == 'h'",
    "isinstance(user.password, str)",
    "login.password == 'x'",
    "any(password == 'x' for password in data.values())",
    "password == 'x'",
]


def refused(location, **options):
    """Why a probe was refused."""
    try:
        placed = Probe(location, **options)
    except stillframe.StillframeError as error:
        assert error.code == "condition", error
        return str(error)
    report = wait_for(placed.settled, "it stays pending")
    placed.remove()
    assert report["state"] == "refused" and report["why"]["code"] == "condition", report
    return report["why"]["message"]


@pytest.mark.parametrize("condition", REFUSED)
def test_what_is_named_is_refused(where, condition):
    location = f"{where.path}:{where.line('here')}"
    for kind in ({"condition": condition}, {"watches": [condition]}, {"log": f"{{{condition}}}"}):
        message = refused(location, **kind)
        assert "redacted" in message or "u0077" in message, message


#: Fails at each hit, whatever the secret is.
FAILS = [
    "data[key] == 'hunter2'",
    "data['pass' + 'word'] == 'hunter2'",
    "data.get(key) == 'hunter2'",
    "data.get('PASS'.lower() + 'word') == 'hunter2'",
    "key in data",
    "key in data.keys()",
    "'hunter2' in data.values()",
    "any(value == 'hunter2' for value in data.values())",
    "all(value != 'hunter2' for value in data.values())",
    "any(value == 'hunter2' for name, value in data.items())",
    "any(item[1] == 'hunter2' for item in data.items())",
    "('password', 'hunter2') in data.items()",
    "max(data.values()) == 'hunter2'",
    "sum(data.values()) == 1",
    "data == holder.ordered",
    "holder.ordered == data",
    "holder.default == data",
    "holder.inner == holder.inner.get('x', holder.inner) and holder.ordered == data",
    "holder.inner['deep'][0][key] == 'hunter2'",
    "holder.inner['deep'] == [data]",
    "holder.proxy[key] == 'hunter2'",
    "holder.headers[pairs[1][0]] == 'x'",
    "any(value == 'x' for value in holder.headers.values())",
    "any(value == 'hunter2' for value in wrapped.values())",
    "any(value == 'hunter2' for value in holder.odd.values())",
    "any(value == 'hunter2' for value in holder.wide.values())",
    "any(wrapped[name] == 'hunter2' for name in wrapped)",
    "any(pair[1] == 'hunter2' for pair in pairs)",
    "any(value == 'hunter2' for name, value in pairs)",
    "any(pair[-1] == 'hunter2' for pair in pairs)",
    "pairs[1][1] == b'hunter2'",
    "pairs[2][1] == 'hunter2'",
    "b'hunter2' in pairs[1]",
    "max(pairs[2]) == 'hunter2'",
    "any(value == 'hunter2' for value in pairs[2])",
    "(b'authorization', b'hunter2') in pairs",
    "login[1] == 'hunter2'",
    "login[-1] == 'hunter2'",
    "'hunter2' in login",
    "max(login) == 'hunter2'",
    "any(part == 'hunter2' for part in login)",
    "user.__dict__[key] == 'hunter2'",
    "any(value == 'hunter2' for value in user.__dict__.values())",
]


def outcome(where, condition, secret):
    """The counters of a condition at one hit, with the secret as it is or another."""
    values = arguments()
    if secret != SECRET:
        values = changed(values, secret)
    location = f"{where.path}:{where.line('here')}"
    try:
        placed = Probe(location, condition=condition)
    except stillframe.StillframeError as error:
        return error.code, str(error)
    report = wait_for(placed.settled, "it stays pending")
    if report["state"] == "refused":
        placed.remove()
        return report["why"]["code"], report["why"]["message"]
    where.module.use(**values)
    counters = placed.counters()
    assert counters["hits"] == 1 and counters["captured"] == 0, (condition, counters)
    failed = counters["condition_failed"] == 1
    # The report takes its messages when the shipper passes by.
    message = wait_for(lambda: placed.report().get("first_failure"), "no message") if failed else ""
    placed.remove()
    return ("failed" if failed else "false"), message


def changed(value, secret):
    if isinstance(value, dict):
        return type(value)(
            *([value.default_factory] if isinstance(value, defaultdict) else []),
            {key: changed(inner, secret) for key, inner in value.items()},
        )
    if isinstance(value, MappingProxyType):
        return MappingProxyType({key: changed(inner, secret) for key, inner in value.items()})
    if isinstance(value, SimpleNamespace):
        return SimpleNamespace(**changed(vars(value), secret))
    if isinstance(value, Login):
        return Login(*[changed(inner, secret) for inner in value])
    if isinstance(value, (list, tuple)):
        return type(value)([changed(inner, secret) for inner in value])
    return {SECRET: secret, SECRET.encode(): secret.encode()}.get(value, value)


@pytest.mark.parametrize("condition", FAILS)
def test_no_side_door_tells_a_redacted_value(where, condition):
    right = outcome(where, condition, SECRET)
    wrong = outcome(where, condition, "another")
    assert right == wrong, f"{condition}: {right} with the secret, {wrong} without"
    assert right[0] in ("failed", "condition"), (condition, right)


def test_what_is_beside_a_secret_stays_readable(where):
    location = f"{where.path}:{where.line('here')}"
    for condition in (
        "data['total'] == 5",
        "len(data) == 2",
        "pairs[0][1] == b'*/*'",
        "login[0] == 'lea' and login.name == 'lea'",
        "wrapped['a'] == 1",
        "'total' in data",
        "user.name == 'lea'",
    ):
        with Probe(location, condition=condition) as placed:
            where.module.use(**arguments())
            assert placed.counters()["captured"] == 1, (condition, placed.report())


def test_no_capture_watch_or_log_line_holds_a_secret(where):
    location = f"{where.path}:{where.line('here')}"
    inside = ("inner", "odd", "headers", "wide", "ordered", "default", "proxy")
    watches = ["user", "data", "pairs", "pairs[1]", "pairs[2]", "login", "wrapped", "holder"]
    watches += [f"holder.{name}" for name in inside]
    with Probe(location, watches=watches) as placed:
        where.module.use(**arguments())
        snapshot = placed.snapshot()
    assert SECRET not in str(snapshot) and "total" in str(snapshot)
    assert snapshot["watches"].keys() == set(watches)
    for watch in watches:
        with Probe(location, log=f"it is {{{watch}}}") as placed:
            where.module.use(**arguments())
            line = placed.snapshot()["message"]
        assert SECRET not in line, line
        assert "(redacted)" in line or watch in ("user", "holder", "holder.proxy"), line


def test_a_private_name_is_redacted_by_what_its_author_wrote(where):
    location = f"{where.path}:{where.line('method')}"
    account = where.module.Account(SECRET)
    with Probe(location) as placed:
        account.check()
        snapshot = placed.snapshot()
    assert SECRET not in str(snapshot) and "_Account__pin" in str(snapshot)
    for condition in ("self.__pin == 'x'", "self._Account__pin == 'x'"):
        assert "redacted" in refused(location, condition=condition)


LOOKS = [
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
    "key AKIAIOSFODNN7EXAMPLE here",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "Bearer abcdefghijklmnop",
    "postgres://lea:hunter2@db/shop",
    "4111 1111 1111 1111",
    "x" * 240 + " postgres://lea:hunter2hunter2hunter2@db/shop",
]


@pytest.mark.parametrize("look", LOOKS, ids=range(len(LOOKS)))
def test_a_value_that_looks_like_a_secret_leaves_nowhere(place, look):
    where = place("def use(plain, error):\n    return plain  #: here\n")
    location = f"{where.path}:{where.line('here')}"
    held = {"plain": {"a": [look, look.encode()]}, "error": ValueError(look)}
    with Probe(location, watches=["plain['a'][0]", "error.args"]) as placed:
        thread = threading.Thread(target=where.module.use, kwargs=held, name=look)
        thread.start()
        thread.join()
        snapshot = placed.snapshot()
    # These are numbers that no secret chose, and may look like a part of one.
    del snapshot["thread"]["id"], snapshot["id"], snapshot["time"]
    with Probe(location, log="{plain['a'][0]} and {error.args}") as placed:
        where.module.use(**held)
        line = placed.snapshot()["message"]
    for leak in ("hunter2", "AKIAIOSF", "MIIEow", "ghp_abc", "abcdefghijklmnop", "eyJhbG", "4111"):
        if leak in look:
            assert leak not in str(snapshot), snapshot
            assert leak not in line, line


def test_an_application_adds_names_and_says_which_are_harmless(place):
    where = place("def use(email, iban_2, password):\n    return email  #: here\n")
    location = f"{where.path}:{where.line('here')}"
    stillframe.stop()
    stillframe.start(
        sink=lambda result: None, service="tests", redact=["*iban*"], readable=["email", "*iban*"]
    )
    with Probe(location, condition="email == 'lea@example.com'") as placed:
        where.module.use("lea@example.com", "DE00", SECRET)
        shown = placed.snapshot()["locals"]
    assert shown["email"] == "lea@example.com"
    assert "redacted" in str(shown["iban_2"]) and "redacted" in str(shown["password"])
    assert "redacted" in refused(location, condition="iban_2 == 'DE00'")
