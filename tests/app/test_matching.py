"""What a configuration may say: patterns that stay in the project and end, and TOML that is deep, long or wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archgen.app.config import patterns as module
from archgen.app.config.patterns import matching
from archgen.app.config.toml import DEEPEST, MOST_PARTS, parse_toml
from archgen.cli import main
from archgen.model.problems import UsageError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "project"
    for name in (
        "a.yaml",
        "m/b.yaml",
        "m/n/c.yaml",
        "m/.hidden/d.yaml",
        ".e.yaml",
        "o/b.yaml",
        "m/x[1].yaml",
        "m/no.txt",
    ):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).touch()
    (top / ".git").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "f.yaml").touch()
    monkeypatch.chdir(top)
    return top


def found(pattern: str) -> list[str]:
    return sorted(matching("archgen.toml", pattern, "."))


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("a.yaml", ["a.yaml"]),
        ("./a.yaml", ["./a.yaml"]),
        ("*.yaml", ["a.yaml"]),
        (".*.yaml", [".e.yaml"]),
        ("*/b.yaml", ["m/b.yaml", "o/b.yaml"]),
        ("[mo]/b.yaml", ["m/b.yaml", "o/b.yaml"]),
        ("[!o]/b.yaml", ["m/b.yaml"]),
        ("m/x[[]1].yaml", ["m/x[1].yaml"]),
        ("**/*.yaml", ["a.yaml", "m/b.yaml", "m/n/c.yaml", "m/x[1].yaml", "o/b.yaml"]),
        ("**/**/c.yaml", ["m/n/c.yaml"]),
        ("m/**/c.yaml", ["m/n/c.yaml"]),
        ("m/**/b.yaml", ["m/b.yaml"]),
        ("o/**", ["o/b.yaml"]),
        ("m/../a.yaml", ["m/../a.yaml"]),
        ("*/../a.yaml", ["m/../a.yaml", "o/../a.yaml"]),
        ("m", []),
        ("m/", []),
        ("a.yaml/*", []),
        ("", []),
        (".", []),
        ("**", ["a.yaml", "m/b.yaml", "m/n/c.yaml", "m/no.txt", "m/x[1].yaml", "o/b.yaml"]),
        ("a\0b", []),
        ("x" * 5000, []),
        ("*/" * 5000 + "x", []),
        ("*a" * 60 + "b", []),
    ],
)
def test_a_pattern_matches_as_a_shell_does(project: Path, pattern: str, files: list[str]) -> None:
    assert found(pattern) == files


def test_a_pattern_may_be_absolute_within_the_project(project: Path) -> None:
    assert found(f"{project}/*.yaml") == [f"{project}/a.yaml"]


@pytest.mark.parametrize(
    "pattern", ["../outside/*.yaml", "/proc/**/x*", "/etc/passwd", "m/../../outside/f.yaml", "linked/*.yaml"]
)
def test_a_pattern_that_leads_out_is_refused(project: Path, pattern: str) -> None:
    (project / "linked").symlink_to("../outside")
    with pytest.raises(UsageError, match="must stay inside the project"):
        found(pattern)


def test_links_of_directories_lead_nowhere_else(project: Path) -> None:
    (project / "m" / "again").symlink_to("..")
    (project / "m" / "out").symlink_to("../../outside")
    (project / "m" / "root").symlink_to("/")
    assert found("**/c.yaml") == ["m/n/c.yaml"]
    assert found("**/f.yaml") == []
    assert found("m/*/f.yaml") == []
    assert found("m/*/../../outside/f.yaml") == []
    # within the project they do, where the pattern says how deep
    assert found("m/*/a.yaml") == ["m/again/a.yaml"]


def test_what_is_no_file_is_not_matched(project: Path) -> None:
    os.mkfifo(project / "pipe.yaml")
    (project / "directory.yaml").mkdir()
    (project / "zero.yaml").symlink_to("/dev/zero")
    assert found("*.yaml") == ["a.yaml"]


def test_a_pattern_looks_at_so_many_entries(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(100):
        (project / "m" / f"{number}").touch()
    monkeypatch.setattr(module, "MOST_ENTRIES", 100)
    assert found("o/**/*.yaml") == ["o/b.yaml"]
    with pytest.raises(UsageError, match="at most 100 files; narrow it"):
        found("**/*.yaml")


# TOML


def nested(depth: int) -> str:
    return "a = " + "[" * depth + "]" * depth


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (nested(DEEPEST + 1), f"nested at most {DEEPEST} deep"),
        (nested(100_000), f"nested at most {DEEPEST} deep"),
        ("a = " + "{b = " * 5000 + "1" + "}" * 5000, f"nested at most {DEEPEST} deep"),
        (".".join("a" * (MOST_PARTS - 1)) + " = 1", f"nested at most {DEEPEST} deep"),
        (".".join("a" * 400_000) + " = 1", f"fewer than {MOST_PARTS} parts"),
        ("[" + " . ".join('"a"' for _ in range(MOST_PARTS + 1)) + "]", f"fewer than {MOST_PARTS} parts"),
        ("a = " + "9" * 5000, "too many digits"),
        ("a = " + "9" * 4000, "at most 64 bits"),
        ("a = 0x" + "f" * 100_000, "at most 64 bits"),
        ("a = 1\na = 2", "not valid TOML"),
        ("a = \x00", "not valid TOML"),
        ("a", "not valid TOML"),
        ("[", "not valid TOML"),
    ],
)
def test_toml_that_no_configuration_needs_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        parse_toml("archgen.toml", text.encode())
    assert str(caught.value).startswith("archgen.toml:")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("content", [b"a = '\xff'", "a = 'é'".encode("latin-1"), "a = 1".encode("utf-16")])
def test_toml_in_another_encoding_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"archgen.toml:1: must be UTF-8 text|not valid TOML"):
        parse_toml("archgen.toml", content)


def test_toml_is_read() -> None:
    text = f"a.b.c = 1\r\n{nested(DEEPEST - 1).replace('a', 'd')}\nversion = 'x{'.' * 500}'"
    table = parse_toml("archgen.toml", b"\xef\xbb\xbf" + text.encode())
    assert table["a"] == {"b": {"c": 1}}


def test_an_error_is_no_longer_than_somebody_reads(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "archgen.toml").write_text(f"{'a' * 500_000} = 1\n", encoding="utf-8")
    assert main(["lint"]) == 2
    assert len(capsys.readouterr().err) < 5000
