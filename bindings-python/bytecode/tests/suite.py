"""The standard library's own tests, once as they are and once with a hook at every line.

Each module of tests runs in processes of its own. With hooks, every module that is imported from
source (the tests themselves, what they test, and `unittest`) is rewritten before it runs. Every
test that passed before must pass. `imports` instead of names of modules imports every module of the
library in that way; `--full` takes all tests of the library. Says `N passed, N failed in S s`.
"""

import concurrent.futures
import json
import os
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ADDING = threading.Lock()
# Seconds one module of tests may take.
LIMIT = 300
GATE = """
test_asyncgen test_contextlib test_contextlib_async test_coroutines test_dataclasses
test_decorators test_dict test_dictcomps test_enum test_except_star test_exception_group
test_exceptions test_extcall test_functools test_generators test_genexps test_grammar test_json
test_listcomps test_named_expressions test_patma test_pep380 test_raise test_scope
test_setcomps test_super test_textwrap test_traceback test_typing test_unpack_ex test_with
test_yield_from test_asyncio.test_locks test_asyncio.test_queues test_asyncio.test_taskgroups
test_asyncio.test_pep492
""".split()
# Modules whose subject is bytecode itself, the interpreter's own machinery, or other machines.
LEFT_OUT = {
    "test_dis": "compares bytecode",
    "test_code": "compares bytecode",
    "test_compile": "compares bytecode",
    "test_compileall": "writes bytecode, which a hook of this test cannot be part of",
    "test_peepholer": "compares bytecode",
    "test__opcode": "compares bytecode",
    "test_sys_setprofile": "counts its own calls",
    "test_sys_settrace": "compares offsets of its own code",
    "test_gdb": "needs a debugger",
    "test_marshal": "writes code, which a hook of this test cannot be part of",
    "test_importlib": "replaces the importer",
    "test_import": "replaces the importer",
    "test_capi": "fills all memory",
    "test_tools": "needs the source tree",
    "test_freeze": "needs the source tree",
    "test_embed": "needs the source tree",
    "test_c_analyzer": "needs the source tree",
    "test_peg_generator": "needs a compiler for minutes",
    "test_multiprocessing_fork": "minutes of waiting",
    "test_multiprocessing_forkserver": "minutes of waiting",
    "test_multiprocessing_spawn": "minutes of waiting",
    "test_concurrent_futures": "minutes of waiting",
    "test_regrtest": "runs the tests of the library",
    "test_test": "runs the tests of the library",
    "test_ttk_guionly": "needs a screen",
    "test_tk": "needs a screen",
    "test_tcl": "needs a screen",
    "test_idle": "needs a screen",
    "test_turtle": "needs a screen",
    "test_winreg": "needs Windows",
}
# Modules whose import does something, needs another system, or is no module.
NOT_IMPORTED = (
    "antigravity", "this", "idlelib", "tkinter", "turtledemo", "lib2to3.tests", "test",
    "__main__", "msilib", "ctypes.wintypes", "distutils.command.bdist_msi", "distutils.tests",
    "unittest.test", "ctypes.test", "sqlite3.test", "tests", "ensurepip", "pydoc_data",
    "turtle", "_aix_support", "_bootsubprocess", "_osx_support",
)


def install():
    """Rewrites everything that is imported from now on; answers what was done."""
    import importlib._bootstrap_external as external

    import door as doors

    door, done = doors.Door(), {"lines": 0, "refused": 0, "hooks": []}
    plain = external.SourceLoader.get_code
    library = os.path.dirname(os.__file__)

    def note(code, line, hook, refusal):
        done["refused" if refusal else "lines"] += 1
        if hook is not None:
            done["hooks"].append(hook)

    def get_code(self, name):
        path = self.get_filename(name)
        if not path.startswith(library) or not path.endswith(".py"):
            return plain(self, name)
        return door.rewrite_all(self.source_to_code(self.get_data(path), path), note)

    external.SourceLoader.get_code = get_code
    # What the door needed is imported anew, but for what the interpreter holds by itself.
    keep = ("builtins", "sys", "_", "encodings", "codecs", "io", "abc", "site", "os", "stat",
            "posixpath", "genericpath", "threading", "door", "zipimport", "importlib", "marshal",
            "posix", "time", "types", "weakref", "signal")
    for name in list(sys.modules):
        if not name.startswith(keep) and getattr(sys.modules[name], "__file__", None):
            del sys.modules[name]
    done["hits"] = lambda: sum(doors.hits(hook) for hook in done["hooks"])
    return done


def child(name, hooked):
    """Runs one module of tests and prints how each test ended."""
    done = install() if hooked else None
    import unittest

    class Result(unittest.TestResult):
        ended = {}

        def note(self, test, outcome):
            key = test.id().split(" ")[0] if hasattr(test, "id") else str(test)
            if self.ended.get(key, "passed") == "passed":
                self.ended[key] = outcome

        def addSuccess(self, test):
            self.note(test, "passed")

        def addError(self, test, error):
            self.note(test, "failed: " + self._exc_info_to_string(error, test)[-1500:])

        addFailure = addError

        def addSubTest(self, test, subtest, error):
            if error:
                self.addError(test, error)

        def addSkip(self, test, reason):
            self.note(test, "skipped")

    import io

    result, real = Result(), sys.stdout
    sys.stdout = io.StringIO()
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + name)
    suite.run(result)
    sys.stdout = real
    report = {"ended": result.ended}
    if done:
        report.update(lines=done["lines"], refused=done["refused"], hits=done["hits"]())
    print("\n" + json.dumps(report), flush=True)
    # What tests leave running is none of ours.
    os._exit(0)


def import_all():
    """Imports every module of the library, rewritten."""
    import pkgutil
    import warnings

    warnings.simplefilter("ignore")
    names = []
    root = os.path.dirname(os.__file__)
    for module in pkgutil.walk_packages([root], onerror=lambda name: None):
        parts = module.name.split(".")
        is_left = any(module.name == name or module.name.startswith(name + ".")
                      for name in NOT_IMPORTED)
        if not is_left and parts[0] not in ("site-packages", "config-3"):
            names.append(module.name)
    plain = {}
    for name in names:
        try:
            __import__(name)
            plain[name] = None
        except BaseException as error:
            plain[name] = repr(error)
    return plain


def imports(hooked):
    done = install() if hooked else None
    report = {"ended": import_all()}
    if done:
        report.update(lines=done["lines"], refused=done["refused"], hits=done["hits"]())
    print("\n" + json.dumps(report), flush=True)
    os._exit(0)


def run(arguments, hooked):
    command = [sys.executable, "-W", "ignore", __file__, "--child", *arguments]
    command += ["--hooked"] if hooked else []
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(command, env=environment, cwd=HERE, timeout=LIMIT,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
        return None, f"longer than {LIMIT} s"
    lines = [line for line in ended.stdout.decode(errors="replace").splitlines() if line]
    try:
        return json.loads(lines[-1]), None
    except (IndexError, ValueError):
        said = ended.stderr.decode(errors="replace").strip()[-600:]
        return None, f"ended with {ended.returncode}: {said}"


def all_tests():
    import test

    folder = os.path.dirname(test.__file__)
    names = sorted(name.replace(".py", "") for name in os.listdir(folder) if name.startswith("test_"))
    return [name for name in names if "." not in name]


def main():
    started = time.monotonic()
    full = "--full" in sys.argv
    asked = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    names = asked or (all_tests() if full else GATE)
    if names == ["imports"]:
        cases = [("imports", ["imports"])]
    else:
        for name in names:
            if name in LEFT_OUT:
                print(f"left out: {name}: {LEFT_OUT[name]}")
        cases = [(name, [name]) for name in names if name not in LEFT_OUT]
    total = {"passed": 0, "failed": 0, "lines": 0, "refused": 0, "hits": 0}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for said in pool.map(lambda case: compare(*case, total), cases):
            print(*said, sep="\n", end="\n" if said else "", flush=True)
    minor = sys.version_info[1]
    print(f"3.{minor}: {total['lines']} lines with a hook, {total['hits']} hits, "
          f"{total['refused']} lines refused for want of room")
    seconds = time.monotonic() - started
    print(f"{total['passed']} passed, {total['failed']} failed in {seconds:.1f}s")
    sys.exit(1 if total["failed"] else 0)


def compare(name, arguments, total):
    """Runs both, adds to `total`, and answers what is to be said."""
    before, fault = run(arguments, False)
    if before is None:
        is_missing = "No module named" in fault
        return [] if is_missing else [f"left out: {name}: without hooks it {fault[-120:]!r}"]
    fine = {test for test, how in before["ended"].items() if how in ("passed", None)}
    worse, after = set(fine), None
    for attempt in range(2):
        # A test that fails now and then does not fail twice.
        again, fault = run(arguments, True)
        if again is not None:
            after = after or again
            worse = {test for test in worse if again["ended"].get(test, "") not in ("passed", None)}
        if not worse:
            break
    with ADDING:
        total["passed"] += len(fine) - len(worse)
        total["failed"] += len(worse)
        for key in ("lines", "refused", "hits"):
            total[key] += after[key] if after else 0
    if after is None:
        return [f"{name}: {fault}"]
    how = after["ended"]
    return [f"{name}: {test}: {how.get(test, 'did not run')}" for test in sorted(worse)[:5]]


if __name__ == "__main__":
    if "--child" in sys.argv:
        hooked = "--hooked" in sys.argv
        name = next(one for one in sys.argv[1:] if not one.startswith("--"))
        sys.argv[1:] = []
        imports(hooked) if name == "imports" else child(name, hooked)
    else:
        main()
