"""Every command that the documentation shows exists: its options, make targets, files and extras do, too."""

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
import typer.main

from visgenenv.cli import app

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^```(?P<language>\w*)[^\n]*\n(?P<body>.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(?<!`)`((?:\.venv(?:-train)?/bin/)?(?:visgenenv|python|pip install) [^`]+|make [a-z-]+)`(?!`)")
OURS = re.compile(r"^(?:\$ )?((?:\.venv(?:-train)?/bin/)?(?:visgenenv|make|python3?|pip) .*)$")
OTHERS = {"vllm", ".", "python3", "source", "git", "cd", "docker", "apt", "tensorboard", "trackio"}
"""Programs that are not ours; what they are told is not checked."""
ADAPTERS = "".join(path.read_text("utf-8") for path in sorted((ROOT / "visgenenv" / "adapters").rglob("*.py")))
OF_TRAINERS = {"num_generations", "learning_rate", "use_peft", "per_device_train_batch_size", "lora_r"}
"""Settings of TRL's own that the documentation names."""


def commands(page):
    """Yield every command of a page, as words, with its line number."""
    text = page.read_text("utf-8")
    for block in FENCED.finditer(text):
        shell = block["language"] in ("bash", "console", "sh", "shell")
        first = text.count("\n", 0, block.start()) + 2
        for place, line in enumerate(re.sub(r"\\\n", "\\\0", block["body"]).splitlines()):
            line = line.replace("\\\0", " ")
            prompted = line.startswith("$ ")
            if block["language"] == "console" and not prompted:
                continue  # what was printed
            if shell or (not block["language"] and OURS.match(line)):
                yield from ((first + place, one) for one in _split(line.removeprefix("$ ")))
    for found in INLINE.finditer(FENCED.sub(lambda block: "\n" * block[0].count("\n"), text)):
        yield from ((text.count("\n", 0, found.start()) + 1, one) for one in _split(found[1]))


def _split(line):
    words = shlex.split(line.replace("…", " "), comments=True)
    while words:
        end = words.index("&&") if "&&" in words else len(words)
        if words[:end]:
            yield words[:end]
        words = words[end + 1 :]


ALL = [(page.relative_to(ROOT).as_posix(), line, words) for page in PAGES for line, words in commands(page)]


def test_the_commands_are_found():
    assert len(ALL) > 60 and {words[0].rpartition("/")[2] for _, _, words in ALL} >= {
        "visgenenv",
        "make",
        "pip",
        "python",
    }


@pytest.mark.parametrize(
    ("page", "line", "words"), ALL, ids=[f"{page}:{line}:{' '.join(words)[:40]}" for page, line, words in ALL]
)
def test_command_exists(page, line, words):
    program, rest = words[0].rpartition("/")[2], words[1:]
    if program == "visgenenv":
        _check_ours(rest)
    elif program == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        assert next(word for word in rest if "=" not in word) in targets
    elif program == "pip":
        _check_pip(rest)
    elif program.startswith("python") and rest and rest[0].endswith(".py"):
        text = (ROOT / rest[0]).read_text("utf-8")
        assert not [word for word in rest[1:] if word.startswith("--") and f'"{word.partition("=")[0]}"' not in text]
    else:
        assert program in OTHERS or program.startswith("python"), f"{page}:{line}: what is {words[0]}?"


def _check_ours(words):
    command = typer.main.get_command(app)
    path = click.Context(command)
    words = [word for word in words if word not in ("|", "...")]
    while words and words[0] in getattr(command, "commands", ()):
        command, words = command.commands[words[0]], words[1:]
    if command.name == "tasks":
        command = command.commands["show"]  # without a command of its own
    if hasattr(command, "commands") and words and not words[0].startswith("-"):
        assert command.invoke_without_command, f"no command {words[0]!r}; there are {', '.join(command.commands)}"
    known = {
        option for parameter in command.get_params(path) for option in (*parameter.opts, *parameter.secondary_opts)
    }
    for word in words:
        option = word.partition("=")[0]
        if option.startswith("--") and option not in known:
            assert command.context_settings.get("ignore_unknown_options"), (
                f"{option} is none of {', '.join(sorted(known))}"
            )
            name = option[2:].replace("-", "_")
            assert name in OF_TRAINERS or re.search(rf"\b{name}\b", ADAPTERS), f"no setting {option}"


def _check_pip(words):
    assert words[0] == "install"
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for word in words[1:]:
        for name in re.findall(r"^(?:visgenenv|\.)\[([\w,]+)\]$", word):
            assert set(name.split(",")) <= extras.keys()
