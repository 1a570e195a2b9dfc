"""What archgen is installed with: every package of every extra has one version and its hashes in requirements/."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
BUILD: list[str] = PROJECT["dependency-groups"]["build"]
INSTALLER: list[str] = PROJECT["dependency-groups"]["installer"]

FILES: dict[str, tuple[str, ...]] = {
    "core": (),
    "site": ("site",),
    "image": ("site", "slides"),
    "dev": ("dev",),
    "ci": ("ci", "all"),
}
"""The files in requirements/, each with the extras that it is for."""

ENVIRONMENTS = [
    {"python_full_version": python, "python_version": python.rpartition(".")[0], "sys_platform": system}
    for python in ("3.11.2", "3.11.9", "3.12.0", "3.13.0", "3.14.0")
    for system in ("linux", "darwin", "win32")
]


class Pin:
    """A package of a requirements file: its version, where that holds, and its hashes."""

    def __init__(self, text: str) -> None:
        head, *options = text.split(" --hash=")
        requirement = Requirement(head)
        (version,) = requirement.specifier
        assert version.operator == "==", text
        self.name = canonicalize_name(requirement.name)
        self.version, self.marker = version.version, requirement.marker
        self.hashes = [option.strip() for option in options]


@cache
def pins(name: str) -> tuple[Pin, ...]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n *", "", text).splitlines()
    return tuple(Pin(line) for line in lines if not line.startswith("#"))


def wanted(extras: tuple[str, ...]) -> list[Requirement]:
    """Every direct dependency, those of the extras that an extra names included."""
    found = [Requirement(line) for line in (*PROJECT["project"]["dependencies"], *BUILD)]
    for extra in extras:
        for line in EXTRAS[extra]:
            requirement = Requirement(line)
            if requirement.name == PROJECT["project"]["name"]:
                found += wanted(tuple(requirement.extras))
            else:
                found.append(requirement)
    return found


def holds(marker: Marker | None, environment: dict[str, str]) -> bool:
    return marker is None or marker.evaluate(environment)


@pytest.mark.parametrize("name", FILES)
def test_every_dependency_has_one_version_with_hashes(name: str) -> None:
    """On each system, a version that the range in pyproject.toml allows."""
    for requirement in wanted(FILES[name]):
        found = [pin for pin in pins(name) if pin.name == canonicalize_name(requirement.name)]
        assert found, f"{requirement} is not in requirements/{name}.txt; run `make pins`"
        for environment in ENVIRONMENTS:
            if holds(requirement.marker, environment):
                (pin,) = [pin for pin in found if holds(pin.marker, environment)]
                assert requirement.specifier.contains(pin.version), (str(requirement), pin.version)


def test_what_installs_the_rest_has_one_version_with_hashes_and_nothing_else() -> None:
    """pip takes wheels alone here, so a machine without one is left to pip before anything is built."""
    (pin,) = pins("installer")
    (requirement,) = map(Requirement, INSTALLER)
    assert pin.name == requirement.name
    assert requirement.specifier.contains(pin.version)


@pytest.mark.parametrize("name", [*FILES, "installer"])
def test_every_hash_is_whole_and_no_host_is_named(name: str) -> None:
    for pin in pins(name):
        assert pin.hashes, pin.name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in pin.hashes), pin.name
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in {line.strip().lstrip("-").partition(" ")[0].partition("-")[0] for line in text.splitlines()}


def test_all_files_have_the_versions_of_the_one_with_everything() -> None:
    whole = {(pin.name, pin.version): pin.hashes for pin in pins("ci")}
    for name in FILES:
        for pin in pins(name):
            assert whole.get((pin.name, pin.version)) == pin.hashes, f"{pin.name} in requirements/{name}.txt"


def test_the_file_with_everything_has_every_extra() -> None:
    names = {pin.name for pin in pins("ci")}
    assert {canonicalize_name(requirement.name) for requirement in wanted(tuple(EXTRAS))} <= names


def test_no_other_file_lists_packages() -> None:
    """A file that `make pins` does not write would age unseen."""
    assert {file.name for file in (ROOT / "requirements").iterdir()} == {
        f"{name}.txt" for name in (*FILES, "installer")
    }


def test_each_dependency_says_why_it_is_there() -> None:
    """A comment leads each few lines of packages that share it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("dependencies = [")[2]
    for requirement in (*wanted(tuple(EXTRAS)), *map(Requirement, INSTALLER)):
        before = text[: text.index(f'"{requirement.name}')].splitlines()[:-1]
        assert any(line.strip().startswith("#") for line in before[-4:]), requirement.name
