"""The command line: `visgenenv demo | tools | tasks | rollout | score | bench | compare | demos | view | media | train`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import typer

from visgenenv.cli.bench import bench, compare
from visgenenv.cli.catalogue import tools
from visgenenv.cli.demo import demo
from visgenenv.cli.demos import demos
from visgenenv.cli.episodes import rollout, score
from visgenenv.cli.media import media
from visgenenv.cli.tasks import tasks
from visgenenv.cli.train import train
from visgenenv.cli.view import view
from visgenenv.errors import VisGenError

app = typer.Typer(
    name="visgenenv",
    help="The environment in which visual-creation agents learn to work.",
    epilog="Example: visgenenv demo --quick",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_EXAMPLES: dict[Callable[..., None], str] = {
    demo: "visgenenv demo --out visgenenv-demo",
    tools: "visgenenv tools tool_video_composite",
    rollout: "visgenenv rollout --policy expert --suite dev --limit 20 --out run",
    score: "visgenenv score run/traces.jsonl --preset paper --json",
    bench: "visgenenv bench --suite visgenbench-104 --policy expert --samples 4 --out bench/expert",
    demos: "visgenenv demos --n 200 --out demos",
    compare: "visgenenv compare bench/random bench/expert",
    view: "visgenenv view run/traces.jsonl",
}
for _command, _example in _EXAMPLES.items():
    app.command(epilog=f"Example: {_example}")(_command)
app.add_typer(tasks, name="tasks")
app.add_typer(media, name="media")
app.add_typer(train, name="train")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 when done, 2 with one line on the error stream for bad input."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = app(given or ["--help"], prog_name="visgenenv", standalone_mode=False)
    except VisGenError as error:
        code = _refuse(str(error))
    except BrokenPipeError:
        code = _hung_up()
    except OSError as error:
        code = _refuse(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except Exception as error:
        if not hasattr(error, "format_message"):  # Typer's own complaint about options and arguments
            raise
        code = _refuse(error.format_message())
    raise SystemExit(code or 0)


def _refuse(message: str) -> int:
    line = " ".join(message.split()).encode("utf-8", "replace").decode()
    sys.stderr.write(f"visgenenv: {line}\n")
    return 2


def _hung_up() -> int:
    """Whoever read our output stopped (`visgenenv tools | head -3`); say nothing, now and at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
