"""Print a script that completes commands, options and values: `eval "$(archgen completion bash)"`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from msgspec import Struct

from archgen.app.config.choice import one_of
from archgen.cli import COMMANDS, command_module
from archgen.cli.output import document
from archgen.cli.parser import Parser


class Command(Struct, frozen=True):
    """A command with its options; `values` are the words that an option takes, by the option, and "" for the rest."""

    name: str
    help: str
    options: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, tuple[str, ...]], ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("shell", metavar="SHELL", help=", ".join(SHELLS))


def run(options: argparse.Namespace) -> int:
    """Print the script of one shell."""
    document(SHELLS[one_of(options.shell, tuple(SHELLS), "shell")](commands()))
    return 0


def commands() -> tuple[Command, ...]:
    """Every command as its parser has it."""
    return tuple(_command(name, words) for name, words in COMMANDS.items())


def _command(name: str, words: str) -> Command:
    module = command_module(name)
    parser = Parser(prog=f"archgen {name}", description=None)
    module.arguments(parser)
    options = [
        (option, (action.help or "").partition(";")[0].partition(" (default")[0])
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--")
    ]
    return Command(name, words, tuple(options), tuple(_values(name, module, options)))


def _values(name: str, module: object, options: list[tuple[str, str]]) -> list[tuple[str, tuple[str, ...]]]:
    """The closed sets that values come from, each read from where it has its home."""
    from archgen.app.explain import explainable
    from archgen.linting.policy import FAIL_ON, PERSONAS

    formats = getattr(module, "FORMATS", ())
    known: dict[str, tuple[str, ...]] = {
        "--format": tuple(formats),
        "--fail-on": FAIL_ON,
        "--persona": PERSONAS,
        "--select": _rules(),
        "--ignore": _rules(),
    }
    found = [(option, known[option]) for option, _ in options if known.get(option)]
    if name == "explain":
        found.append(("", explainable()))
    if name == "completion":
        found.append(("", tuple(SHELLS)))
    return found


def _rules() -> tuple[str, ...]:
    from archgen.linting.policy import ALL
    from archgen.model.finding import CATEGORIES
    from archgen.rules import RULES

    return (ALL, *CATEGORIES, *(name for rule in RULES for name in (rule.id, rule.code)))


def _bash(found: tuple[Command, ...]) -> str:
    cases = "\n".join(_bash_command(command) for command in found)
    names = " ".join(command.name for command in found)
    return f"""\
_archgen() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} options= values=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{names} --help --version" -- "$word"))
    return
  fi
  # an equals sign stands in a word of its own
  if [ "$word" = "=" ]; then word=; elif [ "$before" = "=" ]; then before=${{COMP_WORDS[COMP_CWORD-2]}}; fi
  case "${{COMP_WORDS[1]}}" in
{cases}
  esac
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$word"))
  elif [ "${{word:0:1}}" = - ]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  fi
}}
complete -o default -F _archgen archgen
"""


def _bash_command(command: Command) -> str:
    options = " ".join(option for option, _ in command.options)
    inner = "".join(
        f'\n        {option}) values="{" ".join(values)}" ;;' for option, values in command.values if option
    )
    rest = next((f' -*) ;; *) values="{" ".join(values)}" ;;' for option, values in command.values if not option), "")
    chosen = f'\n      case "$before" in{inner}\n      esac' if inner else ""
    free = f'\n      case "$word" in{rest}\n      esac' if rest else ""
    return f'    {command.name})\n      options="{options}"{chosen}{free} ;;'


def _zsh(found: tuple[Command, ...]) -> str:
    return f"autoload -U +X bashcompinit && bashcompinit\n{_bash(found)}"


def _fish(found: tuple[Command, ...]) -> str:
    lines = ["complete -c archgen -n __fish_use_subcommand -l help -l version"]
    for command in found:
        lines.append(f"complete -c archgen -f -n __fish_use_subcommand -a {command.name} -d {_quoted(command.help)}")
        values = dict(command.values)
        seen = f"-n '__fish_seen_subcommand_from {command.name}'"
        for option, help_ in command.options:
            takes = f" -x -a '{' '.join(values[option])}'" if option in values else ""
            lines.append(f"complete -c archgen {seen} -l {option[2:]} -d {_quoted(help_)}{takes}")
        if "" in values:
            lines.append(f"complete -c archgen -f {seen} -a '{' '.join(values[''])}'")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("%%", "%") + "'"


SHELLS: dict[str, Callable[[tuple[Command, ...]], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
