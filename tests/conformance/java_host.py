"""Computes what Java's conditions mean, by asking JDKs.

Knows how a case is written (README.md beside this file) and how it becomes a method of a class, and no
case. Invariant: a case without a rule has what the JDK computed, and one with a rule says why it
cannot.
"""

import decimal
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
CASES = []
GROUP = ""
# Classes of Shapes.java, which a case sees if it names them.
SHAPES = ["Status", "Point", "Item", "User", "Cart", "Money", "Animal", "Dog", "Failure"]
IMPORTS = "package shop;\nimport java.util.*;\n"
DECLARATION = re.compile(r"^(?P<type>.+?)\s+(?P<name>[\w$]+)(\s*=\s*(?P<java>.+))?$", re.S)


def group(name):
    global GROUP
    GROUP = name


def declared(text):
    """`int x = 5; String s = "a"` as a list of type, name and initialiser."""
    parts = [part.strip() for part in re.split(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text)]
    return [DECLARATION.match(part).groupdict() for part in parts if part]


def case(source, variables="", *, rule=None, error=None, refused=None, java=None, canonical=None,
         row=None, value=None):
    """A case. `java` is what the JDK is asked instead of `source`; with `error`, `refused` or `value`
    it is not asked."""
    name = f"{GROUP}: {source}"
    same = sum(other["name"].split(" #")[0] == name for other in CASES)
    entry = {"name": f"{name} #{same + 1}" if same else name, "source": source}
    entry["declared"] = declared(variables)
    if refused:
        entry["expect"] = {"refused": refused}
    elif error:
        entry["expect"] = {"error": error}
    elif value:
        entry["expect"] = {"value": value[0]}
    if "expect" in entry or java:
        assert rule or refused, source
    entry["java"] = java or source
    entry.update({key: text for key, text in [("rule", rule), ("canonical", canonical)] if text})
    if row:
        entry["rows"] = [row] if isinstance(row, str) else row
    CASES.append(entry)


def method(at, entry):
    lines = [f"  static void case{at}(Tagged out) throws Throwable {{"]
    for variable in entry["declared"]:
        kind, name, java = variable["type"], variable["name"], variable["java"]
        if java is None:
            continue
        name = "self" if name == "this" else name
        lines.append(f"    {kind} {name} = {java};")
        lines.append(f"    out.var({json.dumps(variable['name'])}, {name});")
    if "expect" not in entry:
        lines.append(f"    try {{ out.value({entry['java']}); }}")
        lines.append("    catch (Throwable error) { out.error(error); }")
    return "\n".join([*lines, "  }"])


def program(cases):
    """A class with a method for each case, which prints what each came to."""
    methods = "\n".join(method(at, entry) for at, entry in enumerate(cases))
    blocks = [f"    run(Cases::case{at});" for at in range(len(cases))]
    shapes = "\n".join(f"    System.out.println(Tagged.statics({name}.class));" for name in SHAPES)
    main = "\n".join(blocks)
    return f"""{IMPORTS}
interface Body {{ void run(Tagged out) throws Throwable; }}
final class Cases {{
  static void run(Body body) throws Throwable {{
    Shapes.ran = 0;
    Tagged out = new Tagged();
    body.run(out);
    System.out.println(out.line());
  }}
  public static void main(String[] args) throws Throwable {{
{shapes}
{main}
  }}
{methods}
}}
"""


def asked(home, cases):
    """What the JDK at `home` says: the classes, and for each case its variables and outcome."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "Cases.java")
        source.write_text(program(cases))
        files = [HERE / "java" / "Shapes.java", HERE / "java" / "Tagged.java", source]
        compiler = [f"{home}/bin/javac", "-nowarn", "-Xlint:none", "-encoding", "UTF-8", "-d", folder]
        subprocess.run([*compiler, *map(str, files)], check=True)
        command = [f"{home}/bin/java", "-cp", folder, "shop.Cases"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in output.splitlines()]
    return dict(zip(SHAPES, lines)), lines[len(SHAPES):]


def plain(tagged):
    """Floats as the harness prints them: the shortest digits that read back."""
    if isinstance(tagged, list):
        return [plain(part) for part in tagged]
    if not isinstance(tagged, dict):
        return tagged
    wide = {key: shortest(tagged[key], float) for key in ("float",) if key in tagged}
    narrow = {key: shortest(tagged[key], single) for key in ("float32",) if key in tagged}
    return {**{key: plain(part) for key, part in tagged.items()}, **wide, **narrow}


def single(text):
    """The float of 32 bits that is nearest."""
    return struct.unpack("f", struct.pack("f", float(text)))[0]


def shortest(hexadecimal, nearest):
    """A float of Java's hexadecimal form as Rust writes it."""
    words = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
    if hexadecimal in words:
        return words[hexadecimal]
    value = float.fromhex(hexadecimal)
    texts = (f"{value:.{digits}e}" for digits in range(17))
    digits, _, exponent = next(text for text in texts if nearest(text) == value).partition("e")
    if value == 0 or -5 <= int(exponent) < 16:
        plain_digits = format(decimal.Decimal(f"{digits}e{exponent}"), "f")
        return plain_digits if "." in plain_digits else plain_digits + ".0"
    return f"{digits}e{int(exponent)}"


def written(cases, classes, said):
    """The cases as the file has them, with what one JDK said."""
    for entry, (values, outcome, ran) in zip(cases, said):
        variables = {}
        for variable in entry["declared"]:
            value = plain(values.get(variable["name"], {"missing": "unset"}))
            parts = {"type": variable["type"], "java": variable["java"], "value": value}
            variables[variable["name"]] = parts
        whole = {"name": entry["name"], "source": entry["source"], "vars": variables}
        text = " ".join([entry["source"], *(v["type"] for v in entry["declared"])])
        words = re.findall(r"[\w.]+", text)
        named = {name: classes[name] for name in SHAPES if name in {w.split(".")[0] for w in words}}
        named.update({f"shop.{n}": classes[n] for n in SHAPES if f"shop.{n}" in " ".join(words)})
        if named:
            whole["classes"] = plain(named)
        whole["expect"] = entry.get("expect") or plain(outcome)
        shown = whole["expect"].get("value")
        if isinstance(shown, bool):
            whole["test"] = shown
        if ran and "rule" not in entry:
            raise SystemExit(f"{entry['name']}: application code ran, which takes a rule")
        whole.update({key: entry[key] for key in ("canonical", "rule", "rows") if key in entry})
        yield whole


OUTCOME = ("expect", "test")


def outcome(entry):
    return {key: entry[key] for key in OUTCOME if key in entry}


def version(home):
    """The feature version of a JDK (`17`)."""
    release = pathlib.Path(home, "release").read_text()
    return re.search(r'JAVA_VERSION="(\d+)', release).group(1)


def home_on_path():
    settings = [*"java -XshowSettings:properties -version".split()]
    said = subprocess.run(settings, check=True, capture_output=True, text=True).stderr
    return re.search(r"java\.home = (.+)", said).group(1)


def differences(path, home, cases):
    """Cases of the file that a JDK computes otherwise."""
    kept = json.loads(path.read_text())
    if [entry["name"] for entry in kept] != [entry["name"] for entry in cases]:
        yield "the file has other cases than the script"
        return
    for old, new in zip(kept, cases):
        said = old.get("versions", {}).get(version(home), outcome(old))
        if said != outcome(new) or old["vars"] != new["vars"]:
            yield f"{old['name']}: {json.dumps(outcome(new))}, the file says {json.dumps(said)}"


def main(script, sections):
    """Asks the JDKs whose homes are arguments, the newest first; `--check` compares with the file."""
    path = pathlib.Path(script).with_name("conditions-java.json")
    homes = [argument for argument in sys.argv[1:] if argument != "--check"] or [home_on_path()]
    for section in sections:
        section()
    files = [list(written(CASES, *asked(home, CASES))) for home in homes]
    if "--check" in sys.argv[1:]:
        faults = [fault for pair in zip(homes, files) for fault in differences(path, *pair)]
        versions = " and ".join(version(home) for home in homes)
        print("\n".join(faults) or f"{len(CASES)} cases are as Java {versions} says")
        sys.exit(bool(faults))
    newest, *others = files
    for home, other in zip(homes[1:], others):
        for entry, old in zip(newest, other):
            if outcome(entry) != outcome(old):
                entry.setdefault("versions", {})[version(home)] = outcome(old)
    lines = ",\n".join(json.dumps(entry, ensure_ascii=True) for entry in newest)
    path.write_text(f"[\n{lines}\n]\n")
    print(f"{len(newest)} cases", file=sys.stderr)
