"""Computes what conditions mean, by asking the Python that runs this.

Knows tagged values and how a case is written (README.md beside this file), and no case. Invariant: a
case without a rule has what this interpreter computed, and one with a rule says why it cannot.
"""

import collections
import datetime
import decimal
import enum
import json
import math
import pathlib
import re
import subprocess
import sys
import uuid
import warnings

MIN, MAX = -(2**63), 2**63 - 1
CASES = []
UNSET = object()
GROUP = ""


class Spec:
    """A value that only its description can make."""

    def __init__(self, tagged, real):
        self.tagged = tagged
        self.real = real


class Var:
    """The same object as another variable."""

    def __init__(self, name):
        self.name = name


def ran(*_):
    raise AssertionError("application code ran")


def obj(name, fields=None, needs_code=(), not_loaded=(), overrides=(), bases=()):
    members = {key: property(ran) for key in (*needs_code, *not_loaded)}
    members.update({key: ran for key in overrides})
    real = type(name, tuple(CLASSES[base] for base in bases), members)()
    tagged = {"type": name, "fields": {}}
    for key, value in (fields or {}).items():
        setattr(real, key, value.real if isinstance(value, Spec) else value)
        tagged["fields"][key] = tag(value)
    for key, names in [
        ("needs_code", needs_code),
        ("not_loaded", not_loaded),
        ("overrides", overrides),
        ("bases", bases),
    ]:
        if names:
            tagged[key] = list(names)
    return Spec({"object": tagged}, real)


def subclass(name, base, value):
    real = type(name, (base,), {})(value)
    return Spec({"subclass": {"type": name, "of": base.__name__, "value": tag(value)}}, real)


def named_tuple(name, **fields):
    real = collections.namedtuple(name, list(fields))(*fields.values())
    tagged = {"type": name, "fields": {key: tag(value) for key, value in fields.items()}}
    return Spec({"namedtuple": tagged}, real)


def member(name, of=None, **values):
    """A member of an enum: the one that `values` names."""
    ((key, value),) = values.items()
    bases = (enum.Enum,) if of is None else (of, enum.Enum)
    body = enum.EnumMeta.__prepare__(name, bases)
    body[key] = value
    real = enum.EnumMeta(name, bases, body)[key]
    tagged = {"type": name, "name": key, "value": tag(value)}
    if of is not None:
        tagged["of"] = of.__name__
    return Spec({"enum": tagged}, real)


def proxy(name, target=UNSET):
    """A proxy of a known library, whose target is not there yet if it is not given."""
    loaded = {} if target is UNSET else {"target": tag(target)}
    return Spec({"proxy": {"type": name, **loaded}}, None)


def times(value, count):
    """A string, byte string or list, repeated."""
    return Spec({"times": [tag(value), count]}, value * count)


def named_class(name):
    return Spec({"class": name}, CLASSES[name])


CLASSES = {name: type(name, (), {}) for name in ("Cart", "User", "Base")}


def tag(value):
    if isinstance(value, Spec):
        return value.tagged
    if isinstance(value, Var):
        return {"var": value.name}
    if value is UNSET:
        return {"missing": "unset"}
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, float):
        return {"float": "nan" if math.isnan(value) else rust_float(value)}
    if isinstance(value, str):
        if any(0xD800 <= ord(character) < 0xE000 for character in value):
            return {"points": [ord(character) for character in value]}
        return {"str": value}
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, range):
        bounds = (value.start, value.stop, value.step)
        return {"range": [one if MIN <= one <= MAX else tag(one) for one in bounds]}
    if isinstance(value, dict):
        return {"dict": [[tag(key), tag(item)] for key, item in value.items()]}
    if isinstance(value, decimal.Decimal):
        return {"decimal": str(value)}
    if isinstance(value, (datetime.datetime, datetime.date)):
        return {type(value).__name__: value.isoformat()}
    if isinstance(value, datetime.timedelta):
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, uuid.UUID):
        return {"uuid": str(value)}
    if isinstance(value, collections.deque):
        return {"deque": [tag(item) for item in value]}
    if value is math:
        return {"module": "math"}
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            items = sorted(value) if kind in (set, frozenset) else value
            return {kind.__name__: [tag(item) for item in items]}
    raise TypeError(f"no tag for {value!r}")


def rust_float(value):
    """The shortest digits that read back, with a point or an exponent, as the harness prints."""
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = repr(value)
    if "e" in text:
        digits, exponent = text.split("e")
        return f"{digits}e{int(exponent)}"
    return text


def untag(value, names):
    if isinstance(value, Spec):
        return value.real
    if isinstance(value, Var):
        return names[value.name]
    if isinstance(value, list):
        return [untag(item, names) for item in value]
    return value


def exception_word(error):
    text = str(error)
    if isinstance(error, NameError):
        return "unset"
    if isinstance(error, ZeroDivisionError):
        return "zero_division"
    if isinstance(error, OverflowError):
        return "overflow"
    if isinstance(error, decimal.InvalidOperation):
        return "domain"
    if isinstance(error, KeyError):
        return "no_key"
    if isinstance(error, IndexError):
        return "no_index"
    if isinstance(error, AttributeError):
        return "of_null" if "'NoneType'" in text else "no_attribute"
    if isinstance(error, ValueError):
        return "domain"
    if isinstance(error, TypeError):
        if "unhashable" in text:
            return "unhashable"
        if "'NoneType'" in text and ("iterable" in text or "subscriptable" in text):
            return "of_null"
        return "types"
    raise error


def matches(text, pattern):
    return re.search(pattern, text) is not None


def group(name):
    global GROUP
    GROUP = name


def case(
    source,
    *,
    rule=None,
    error=None,
    refused=None,
    python=None,
    canonical=None,
    module=None,
    inside=None,
    **names,
):
    """A case. `python` is what Python is asked instead of `source`; `module` has globals that are
    visible besides, and the line stands in the class `inside`."""
    entry = {"name": f"{GROUP}: {source}", "source": source}
    same = sum(other["name"].split(" #")[0] == entry["name"] for other in CASES)
    if same:
        entry["name"] += f" #{same + 1}"
    entry["vars"] = {key: tag(value) for key, value in names.items()}
    if module:
        entry["globals"] = {key: tag(value) for key, value in module.items()}
    if inside:
        entry["inside"] = inside
    if refused:
        entry["expect"] = {"refused": refused}
    elif error:
        assert rule, source
        entry["expect"] = {"error": error}
    else:
        scope = {"math": math, "matches": matches}
        for key, value in {**(module or {}), **names}.items():
            if value is not UNSET:
                scope[key] = untag(value, scope)
        try:
            value = eval(python or source, scope)
        except Exception as exception:
            entry["expect"] = {"error": exception_word(exception)}
        else:
            entry["expect"] = {"value": tag(value)}
            entry["test"] = bool(value)
    if rule:
        entry["rule"] = rule
    if canonical:
        entry["canonical"] = canonical
    CASES.append(entry)



def computed(sections, rows):
    """All cases, as this interpreter computes them, with the rows of the design's table that they
    are of: `rows` names by row what was typed, and the variables where that is not enough."""
    # A condition may say what Python warns of.
    warnings.simplefilter("ignore")
    for section in sections:
        section()
    for row, members in rows.items():
        for source, *variables in members:
            wanted = [{key: tag(value) for key, value in names.items()} for names in variables]
            found = [case for case in CASES if case["source"] == source]
            found = [case for case in found if not wanted or case["vars"] in wanted]
            if not found:
                raise SystemExit(f"no case of {row!r} is {source!r}")
            for case in found:
                case.setdefault("rows", []).append(row)
    return CASES


def of_other(program, script):
    """All cases, as another interpreter computes them: its minor version, and the cases."""
    command = [program, str(script), "--print"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output)


OUTCOME = ("expect", "test")


def outcome(case):
    return {key: case[key] for key in OUTCOME if key in case}


def merge(cases, others):
    """Notes in `cases` what other versions say otherwise."""
    for version, found in others:
        for case, other in zip(cases, found):
            if {**case, **outcome(other)} != {**case, **other}:
                raise SystemExit(f"{version} has other cases than {sys.version}")
            if outcome(other) != outcome(case):
                case.setdefault("versions", {})[version] = outcome(other)


def here():
    return "%d.%d" % sys.version_info[:2]


def differences(path, cases):
    """Cases of the file `path` that this interpreter computes otherwise."""
    kept = json.loads(path.read_text())
    if [case["name"] for case in kept] != [case["name"] for case in cases]:
        yield "the file has other cases than the script"
        return
    for old, new in zip(kept, cases):
        said = old.get("versions", {}).get(here(), outcome(old))
        if said != outcome(new):
            yield f"{old['name']}: {json.dumps(outcome(new))}, the file says {json.dumps(said)}"


def main(script, sections, rows):
    script = pathlib.Path(script)
    path = script.with_name("conditions-python.json")
    cases = computed(sections, rows)
    if sys.argv[1:] == ["--print"]:
        json.dump([here(), cases], sys.stdout)
    elif sys.argv[1:] == ["--check"]:
        faults = list(differences(path, cases))
        print("\n".join(faults) or f"{len(cases)} cases are as Python {here()} says")
        sys.exit(bool(faults))
    else:
        merge(cases, [of_other(program, script) for program in sys.argv[1:]])
        lines = ",\n".join(json.dumps(entry, ensure_ascii=True) for entry in cases)
        path.write_text(f"[\n{lines}\n]\n")
        print(f"{len(cases)} cases", file=sys.stderr)
