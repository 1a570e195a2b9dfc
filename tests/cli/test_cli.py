"""The command line as a user meets it: exit codes, what is printed where, and what is never written over."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from archgen.cli import COMMANDS, main
from archgen.linting.policy import MEANINGLESS
from archgen.model.kinds import KINDS
from archgen.rules import RULES
from tests import contracts
from tests.paths import ROOT

ARCHGEN = [sys.executable, "-m", "archgen"]

QUIET = "archgen: 1\nname: Quiet\ncomponents:\n  user: {kind: client}\n"
ERRORS = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_text(encoding="utf-8")
BROKEN = "archgen: 1\nname: Broken\ncomponentz: {}\n"
DANGLING = "archgen: 1\nname: Dangling\ncomponents:\n  web: {kind: web-server, runs_on: nowhere}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project to work in, with nothing in the environment that changes the output."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(project: Path, **models: str) -> None:
    for name, text in models.items():
        (project / "models").mkdir(exist_ok=True)
        (project / "models" / f"{name}.arch.yaml").write_text(text, encoding="utf-8")


def lint_json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["lint", "--format", "json", *words])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    contracts.check("lint", document)
    return code, document


# Exit codes


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    ("models", "fail_on", "code"),
    [
        ({"a": QUIET}, "error", 0),
        ({"a": ERRORS}, "error", 1),
        ({"a": ERRORS}, "warning", 1),
        ({"a": ERRORS}, "info", 1),
        ({"a": ERRORS}, "never", 0),
        ({"a": BROKEN}, "error", 2),
        ({"a": BROKEN}, "never", 2),
        ({"a": DANGLING}, "never", 2),
        ({"a": QUIET, "b": ERRORS}, "error", 1),
        ({"a": ERRORS, "b": BROKEN}, "error", 2),
        ({"a": ERRORS, "b": BROKEN}, "never", 2),
    ],
)
def test_exit_code_of_lint(project: Path, models: dict[str, str], fail_on: str, code: int, form: str) -> None:
    put(project, **models)
    assert main(["lint", "--fail-on", fail_on, "--format", form]) == code


def test_a_broken_model_leaves_the_others_linted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, a=BROKEN, b=ERRORS)
    code, document = lint_json(capsys)
    assert code == 2
    rules = [(one["file"], one["rule"]) for one in document["findings"]]
    assert rules[0] == (os.path.join("models", "a.arch.yaml"), "invalid-model")
    assert (os.path.join("models", "b.arch.yaml"), "single-point-of-failure") in rules


def test_a_problem_is_a_finding_with_its_code_and_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, a=BROKEN, b=DANGLING)
    _, document = lint_json(capsys)
    first, second = document["findings"]
    assert (first["code"], first["severity"], first["line"]) == ("MOD001", "error", 3)
    assert "components" in first["message"] + first["fix"]
    assert (second["code"], second["severity"], second["line"]) == ("MOD002", "error", 4)


def test_a_missing_file_is_told_and_the_others_are_linted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, a=ERRORS)
    code, document = lint_json(capsys, "gone.arch.yaml", "models")
    assert code == 2
    assert document["findings"][0]["file"] == "gone.arch.yaml"
    assert document["findings"][0]["message"] == "there is no such file"
    assert len(document["findings"]) > 1


def test_what_is_no_file_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "empty").mkdir()
    code, document = lint_json(capsys, "empty")
    assert code == 2
    assert [one["message"] for one in document["findings"]] == ["this directory holds no *.arch.yaml file"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lint"], "no model found"),
        (["lnt"], "unknown command `lnt`; did you mean `lint`?"),
        (["fix"], "unknown command `fix`; run `archgen lint --fix`"),
        (["validate", "models"], "unknown command `validate`; run `archgen lint`"),
        (["--vresion"], "unknown option `--vresion`"),
        (["lint", "--fail-on", "warnings"], "unknown severity `warnings`; did you mean `warning`?"),
        (["lint", "--format", "jsno"], "unknown format `jsno`; did you mean `json`?"),
        (["lint", "--format", "json="], "--format must be FORMAT or FORMAT=FILE; got json="),
        (["lint", "--format", "json", "--format", "text"], "only one format can go to stdout"),
        (["lint", "--fail-onn", "never"], "did you mean `--fail-on`?"),
        (["lint", "--today", "tomorrow"], "--today must be a date"),
        (["explain", "single-point-of-failur"], "did you mean `single-point-of-failure`?"),
        (["explain", "REL0O1"], "did you mean `REL001`?"),
        (["explain", "SECOl4"], "did you mean `SEC014`?"),
        (["explain"], "a name is required; run `archgen explain NAME`"),
        (["rules", "--format", "xml"], "unknown format `xml`"),
        (["new", "9"], "there is no tier `9`"),
        (["build", "--single-file", ""], "--single-file needs a value; run `archgen build --help`"),
        (["new", "-o", "-"], "- stands for no file here; name one, or ./- if that is its name"),
        (["schema", "-o", "-"], "- stands for no file here; name one, or ./- if that is its name"),
        (["rules", ""], "unknown argument ; run `archgen rules --help`"),
    ],
)
def test_a_wrong_use_is_one_clear_message(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("archgen: ")
    assert message in captured.err


def test_an_output_that_cannot_be_written_is_one_clear_message(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(project, a=ERRORS)
    (project / "file").write_text("", encoding="utf-8")
    assert main(["lint", "--format", "json=file/findings.json"]) == 2
    assert capsys.readouterr().err.startswith("archgen: ")


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="no directory here refuses even root's files")
def test_an_output_that_cannot_be_written_has_the_name_that_was_given(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(project, a=ERRORS)
    assert main(["lint", "--format", "json=/proc/../proc/findings.json"]) == 2
    assert capsys.readouterr().err == "archgen: /proc/../proc/findings.json: No such file or directory\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(project: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert f"usage: archgen {command}" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["--help"], ["help"]])
def test_the_overview_lists_every_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    output = capsys.readouterr().out
    assert all(f"  {command}" in output for command in COMMANDS)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("archgen ")


# Inputs


def test_models_are_found_in_the_order_of_their_numbers(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = ["1-first", "2-middle", "10-then", "a1", "a02", "a10", "b"]
    put(project, **dict.fromkeys(reversed(order), BROKEN))
    _, document = lint_json(capsys)
    assert [os.path.basename(one["file"]) for one in document["findings"]] == [f"{name}.arch.yaml" for name in order]


def test_a_directory_stands_for_every_model_below_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in ("a", "a/b", "a/.hidden"):
        (project / place).mkdir()
        (project / place / "x.arch.yaml").write_text(BROKEN, encoding="utf-8")
    _, document = lint_json(capsys, "a")
    assert [one["file"] for one in document["findings"]] == [os.path.join("a", "b", "x.arch.yaml"), "a/x.arch.yaml"]


def test_a_file_named_twice_is_linted_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, a=BROKEN)
    _, document = lint_json(capsys, "models", "models/a.arch.yaml", "./models/a.arch.yaml")
    assert len(document["findings"]) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("archgen.toml", 'models = ["systems/*.arch.yaml"]\n'),
        ("pyproject.toml", '[tool.archgen]\nmodels = ["systems/*.arch.yaml"]\n'),
    ],
)
def test_the_configuration_names_the_models(
    project: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    (project / name).write_text(text, encoding="utf-8")
    (project / "systems").mkdir()
    (project / "systems" / "a.arch.yaml").write_text(BROKEN, encoding="utf-8")
    _, document = lint_json(capsys)
    assert [one["file"] for one in document["findings"]] == ["systems/a.arch.yaml"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('modles = ["a"]', "archgen.toml: unknown key `modles`"),
        ("models = 1", "archgen.toml: `models` is a list of patterns"),
        ('models = ["nothing/*"]', "archgen.toml: `nothing/*` matches no file"),
        ("models = []", "archgen.toml: `models` is empty"),
        ("models = [", "archgen.toml: not valid TOML"),
    ],
)
def test_a_wrong_configuration_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (project / "archgen.toml").write_text(text, encoding="utf-8")
    assert main(["lint"]) == 2
    assert message in capsys.readouterr().err


def test_standard_input_is_read_under_its_name(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BROKEN.encode())))
    code, document = lint_json(capsys, "-", "--stdin-filename", "draft.arch.yaml")
    assert code == 2
    assert document["findings"][0]["file"] == "draft.arch.yaml"


# The ladder


def follower(name: str) -> str:
    return f"{QUIET}follows: {name}\n"


@pytest.mark.parametrize(
    ("models", "words", "problems"),
    [
        ({"a": QUIET, "b": follower("a")}, [], []),
        ({"a": QUIET, "b": follower("c")}, [], ["b"]),
        ({"a": QUIET, "b": follower("a")}, ["models/b.arch.yaml"], []),
        ({"b": follower("a")}, ["models/b.arch.yaml"], ["b"]),
        ({"a": BROKEN, "b": follower("a")}, [], ["a"]),
        ({"a": follower("b"), "b": follower("a")}, [], ["a"]),
        ({"a": follower("a")}, [], ["a"]),
    ],
    ids=["both", "undeclared", "one-given", "one-there", "unreadable", "circle", "itself"],
)
def test_a_tier_follows_one_that_is_there(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    models: dict[str, str],
    words: list[str],
    problems: list[str],
) -> None:
    put(project, **models)
    code, document = lint_json(capsys, *words)
    told = [one for one in document["findings"] if one["rule"] in MEANINGLESS]
    assert [Path(one["file"]).name.partition(".")[0] for one in told] == problems
    assert code == (2 if problems else 0)


# Outputs


def test_several_formats_in_one_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, a=ERRORS)
    assert main(["lint", "--format", "text", "--format", "json=out/findings.json"]) == 1
    assert "single-point-of-failure" in capsys.readouterr().out
    document = json.loads((project / "out" / "findings.json").read_text(encoding="utf-8"))
    contracts.check("lint", document)
    assert [path.name for path in (project / "out").iterdir()] == ["findings.json"]


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_follows_the_environment(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    coloured: bool,
) -> None:
    put(project, a=ERRORS)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    main(["lint"])
    assert ("\x1b[" in capsys.readouterr().out) == coloured


def test_a_reader_that_leaves_is_no_error(project: Path) -> None:
    put(project, **{f"m{at}": ERRORS for at in range(40)})
    command = f"{' '.join(ARCHGEN)} lint | head -c 10"
    done = subprocess.run(["sh", "-c", command], cwd=project, capture_output=True, text=True)
    assert done.stderr == ""


def test_a_closed_output_is_no_error(project: Path) -> None:
    put(project, a=ERRORS)
    for redirect in (">&-", "2>&-", ">&- 2>&-"):
        done = subprocess.run(["sh", "-c", f"{' '.join(ARCHGEN)} lint {redirect}"], cwd=project, capture_output=True)
        assert done.returncode == 1
        assert done.stderr == b""


def test_a_full_disk_is_told(project: Path) -> None:
    put(project, a=ERRORS)
    done = subprocess.run(["sh", "-c", f"{' '.join(ARCHGEN)} lint > /dev/full"], cwd=project, capture_output=True)
    assert done.returncode == 2
    assert done.stderr == b"archgen: No space left on device\n"


def test_a_file_whose_name_is_no_text_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"\xff.arch.yaml")
    Path(name).write_text(QUIET, encoding="utf-8")
    code, document = lint_json(capsys, name)
    assert code == 2
    assert document["findings"][0]["message"].startswith("the file's name is not UTF-8")


# An acceptance depends on the day

ACCEPTED = ERRORS + (
    "accept:\n  - {rule: missing-backup, subject: mysql, reason: a pilot, owner: ops, until: 2027-06-30}\n"
)


@pytest.mark.parametrize(
    ("words", "epoch", "accepted"),
    [
        (["--today", "2027-06-30"], None, 1),
        (["--today", "2027-07-01"], None, 0),
        ([], "1800000000", 1),
        ([], "1900000000", 0),
        (["--today", "2027-06-30"], "1900000000", 1),
    ],
)
def test_an_acceptance_ends_with_its_day(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    epoch: str | None,
    accepted: int,
) -> None:
    put(project, a=ACCEPTED)
    if epoch is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    _, document = lint_json(capsys, *words)
    assert document["summary"]["accepted"] == accepted


# The other words


@pytest.mark.parametrize("name", ["single-point-of-failure", "REL001", "rel001"])
def test_explain_tells_a_rule_by_id_and_by_code(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["explain", name]) == 0
    output = capsys.readouterr().out
    assert output.startswith("error[REL001] single-point-of-failure\n")
    for title in ("Why", "Fix", "Limits", "Found in", "What lint says of it", "Not in"):
        assert f"\n{title}\n" in output


def test_explain_tells_every_kind_and_mechanism(capsys: pytest.CaptureFixture[str]) -> None:
    for name, title in (("load-balancer", "Load balancer"), ("active-active", "active-active")):
        assert main(["explain", name]) == 0
        assert title.lower() in capsys.readouterr().out.lower()
    for kind in KINDS:
        assert main(["explain", kind]) == 0


def test_explain_tells_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    for rule in RULES:
        assert main(["explain", rule.code]) == 0
        assert f"[{rule.code}] {rule.id} [1]" in capsys.readouterr().out


def test_rules_lists_the_same_in_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert main(["rules", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    assert [rule["code"] for rule in document["rules"]] == listed
    assert len(set(listed)) == len(listed)
    assert main(["rules", "--format", "markdown"]) == 0
    rows = [line.split()[1] for line in capsys.readouterr().out.splitlines() if re.match(r"\| [A-Z]{3}\d", line)]
    assert rows == listed


def test_schema_prints_a_json_schema(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = capsys.readouterr().out
    jsonschema.Draft202012Validator.check_schema(json.loads(printed))
    assert main(["schema", "-o", "there/schema.json"]) == 0
    assert (project / "there" / "schema.json").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize("tier", ["1", "2", "3", "4", "2-distributed-web-infrastructure", "split-components"])
def test_new_writes_a_model_that_lint_can_read(project: Path, tier: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", tier]) == 0
    (file,) = (project / "models").glob("*.arch.yaml")
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=archgen-1.schema.json"
    assert (project / "models" / "archgen-1.schema.json").exists()
    assert main(["fmt", "--check", "models"]) == 0
    capsys.readouterr()
    assert main(["lint"]) == 1


def test_new_models_follow_each_other_where_both_are(project: Path) -> None:
    assert main(["new", "1"]) == 0
    assert main(["new", "2"]) == 0
    second = (project / "models" / "2-distributed-web-infrastructure.arch.yaml").read_text(encoding="utf-8")
    assert "follows: 1-simple-web-stack" in second
    assert main(["lint"]) == 1


def test_new_writes_nothing_over(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, **{"1-simple-web-stack": QUIET})
    assert main(["new", "1"]) == 2
    assert "exists and is not written over" in capsys.readouterr().err
    assert (project / "models" / "1-simple-web-stack.arch.yaml").read_text(encoding="utf-8") == QUIET
    assert main(["new", "1", "-o", "mine.arch.yaml"]) == 0
    assert (project / "mine.arch.yaml").exists()


# The same bytes every time


@pytest.mark.parametrize("words", [["lint"], ["lint", "--format", "json"], ["rules"], ["rules", "--format", "json"]])
def test_output_does_not_depend_on_the_hash_seed(words: list[str]) -> None:
    outputs = {_output(words, seed) for seed in ("0", "1", "4242")}
    assert len(outputs) == 1
    assert outputs.pop()


def _output(words: list[str], seed: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "1795000000"}
    return subprocess.run([*ARCHGEN, *words], cwd=ROOT, env=environment, capture_output=True).stdout


# The end of the process


@pytest.mark.parametrize(
    "waiting",
    [
        "import atexit; atexit.register(print, 'ended')",
        "import threading; threading.Thread(target=lambda: (threading.main_thread().join(), print('ended'))).start()",
    ],
)
def test_who_waits_for_the_end_of_the_process_sees_it(waiting: str) -> None:
    words = f"{waiting}; import sys; sys.argv[1:] = ['--version']; from archgen.cli import run_and_exit; run_and_exit()"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True)
    assert done.stdout.split()[-1] == b"ended"
    assert done.returncode == 0


def test_an_interrupt_while_modules_are_imported_is_no_traceback() -> None:
    words = """
import sys
from archgen.cli import main

class Interrupted:
    def find_spec(self, name, *_):
        if name == "archgen.model.problems":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupted())
sys.exit(main(["rules"]))
"""
    done = subprocess.run([sys.executable, "-c", words], capture_output=True)
    assert (done.returncode, done.stderr) == (130, b"")


@pytest.mark.parametrize("columns", ["0", "-5", "x", "20", "9" * 5000, "٣"])
def test_any_width_of_a_terminal_is_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert main(["rules"]) == 0
    assert capsys.readouterr().err == ""
