"""Imports of spoilt configurations: no crash, and what is written is a valid model that is formatted."""

from __future__ import annotations

import os

from archgen.language.load import load
from tests.fuzzing.fuzz_lint import Failed
from tests.fuzzing.trial import Trial
from tests.generators.spoilers import spoil
from tests.importing import CASES, read_case


def import_(trial: Trial) -> None:
    """A case of a format, each of its files whole, spoilt, or cut off; then the model is linted and answered."""
    rand = trial.rand
    case = read_case(rand.choice(sorted(CASES.glob("*/*.txt"))))
    for name, text in case.files.items():
        data = text.encode()
        way = rand.random()
        if way < 0.5:
            data = spoil(rand, data)
        elif way < 0.7:
            data = data[: rand.randrange(len(data) + 1)]
        path = os.path.join("source", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(data)
    done = trial.run("import", "source", "-o", "imported.arch.yaml", refusable=True)
    if not os.path.exists("imported.arch.yaml"):
        if done.code != 2:
            raise Failed("nothing is written, and that is no error")
        return
    trial.run("import", "source", "--format", "json", refusable=True)
    if trial.run("import", "source", "-o", "imported.arch.yaml", "--check", refusable=True).code == 1:
        raise Failed("a second import says something else")
    with open("imported.arch.yaml", "rb") as stream:
        model = load("imported.arch.yaml", stream.read()).architecture
    if trial.run("fmt", "--check", "imported.arch.yaml").code:
        raise Failed("an imported model isn't formatted")
    trial.run("lint", "imported.arch.yaml", "--fail-on", "never")
    for question in model.questions[:3]:
        answer = rand.choice(question.options or ("none",))
        trial.run("answer", question.id, answer, "--model", "imported.arch.yaml")
    trial.run("lint", "imported.arch.yaml", "--fail-on", "never")
