"""No command alters a module of others: none is replaced or hidden, and none is given another function.

A probe in a process of its own watches what archgen's code sets in other modules, at any time, and looks at each import
for modules that no file stands behind.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.paths import ROOT

MODEL = "models/2-distributed-web-infrastructure.arch.yaml"

PROBE = """
import sys, types
from importlib.machinery import PathFinder

altered = set()

def ours(name):
    return name.partition(".")[0] == "archgen"

def told(module, name):
    if ours(sys._getframe(2).f_globals.get("__name__", "")) and not ours(module.__name__):
        altered.add(f"{module.__name__}.{name}")

class Watched(types.ModuleType):
    def __setattr__(self, name, value):
        told(self, name)
        super().__setattr__(name, value)

    def __delattr__(self, name):
        told(self, name)
        super().__delattr__(name)

class Watcher:
    @staticmethod
    def find_spec(name, path=None, target=None):
        watch()

def watch():
    for name, module in list(sys.modules.items()):
        if module is None:
            altered.add(f"{name} is hidden")
        elif isinstance(module, types.ModuleType) and name.partition(".")[0] not in ("archgen", "__main__"):
            if module.__spec__ is None and has_a_file(name):
                altered.add(f"{name} is a stand-in")
            if type(module) is types.ModuleType:
                module.__class__ = Watched

def has_a_file(name):
    # modules that an extension module makes of its own stand behind no file either
    parent = name.rpartition(".")[0]
    if not parent:
        return PathFinder.find_spec(name) is not None
    if parent not in sys.modules:
        return True
    path = getattr(sys.modules[parent], "__path__", None)
    return path is not None and PathFinder.find_spec(name, path) is not None

sys.meta_path.insert(0, Watcher)
watch()
exec(sys.argv[1], {"__name__": "archgen.probed"})
watch()
print(*sorted(altered), len(altered), sep="\\n", file=sys.stderr)
"""


def altered(code: str) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}
    words = [sys.executable, "-c", PROBE, code]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr.splitlines()[-int(done.stderr.splitlines()[-1]) - 1 : -1]


def command(*words: str) -> str:
    return f"from archgen.cli import main\nassert main({list(words)!r}) in (0, 1)"


@pytest.mark.parametrize(
    "words",
    [
        ("lint", MODEL),
        ("lint", "tests/broken/active-outside.arch.yaml"),
        ("lint", MODEL, "--jobs", "2", "models/1-simple-web-stack.arch.yaml"),
        ("analyze", MODEL),
        ("fmt", "--check", MODEL),
        ("show", MODEL),
        ("draw", MODEL, "--view", "deployment", "--format", "dot", "-o", os.devnull),
        ("draw", MODEL, "--view", "deployment", "--format", "png", "-o", os.devnull),
    ],
    ids=" ".join,
)
def test_no_module_of_others_is_altered(words: tuple[str, ...]) -> None:
    assert altered(f"from archgen.cli import main\nassert main({list(words)!r}) in (0, 1, 2)") == []


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("import re; kept = re.compile; re.compile = len; re.compile = kept", "re.compile"),
        (
            "import sys; sys.modules['typing_extensions'] = None\nimport yaml\ndel sys.modules['typing_extensions']",
            "typing_extensions is hidden",
        ),
        (
            "import sys; sys.modules['email.utils'] = type(sys)('email.utils')\nimport yaml\n"
            "del sys.modules['email.utils']",
            "email.utils is a stand-in",
        ),
    ],
)
def test_the_probe_sees_what_is_put_back_again(code: str, seen: str) -> None:
    assert altered(code) == [seen]
