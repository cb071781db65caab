"""The command line: what it prints, what it writes, and the one line it says to bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from visgenenv.cli import main, terminal
from visgenenv.policies import ExpertPolicy
from visgenenv.tasks import load_suite
from visgenenv.tools import load_toolbox
from visgenenv.trace import read_traces
from visgenenv.types import Conversation

COMMANDS = ("demo", "tools", "tasks", "rollout", "score", "view")
Capture = pytest.CaptureFixture[str]


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    code = stop.value.code
    assert isinstance(code, int)
    return code


def refused(capsys: Capture, *arguments: object) -> str:
    """Run a command that must refuse its input; return its one line."""
    assert run(*arguments) == 2
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert len(lines) == 1, said.err
    assert lines[0].startswith("visgenenv: ")
    return lines[0]


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    assert run("rollout", "--policy", "expert", "--suite", "dev", "--limit", 4, "--out", folder) == 0
    return folder / "traces.jsonl"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: str, capsys: Capture) -> None:
    assert run(command, "--help") == 0
    assert f"Example: visgenenv {command}" in capsys.readouterr().out


def test_without_a_command_the_help_is_shown(capsys: Capture) -> None:
    assert run() == 0
    assert all(command in capsys.readouterr().out or command for command in COMMANDS)


def test_the_console_script_is_the_same_program() -> None:
    script = Path(sys.executable).with_name("visgenenv")
    done = subprocess.run([script, "tools", "tool_text2imag_gemini"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "visgenenv: unknown tool 'tool_text2imag_gemini'; did you mean 'tool_text2image_gemini'?; "
        "`visgenenv tools` lists them all"
    )


def test_tools_lists_every_tool_for_people_and_for_programs(capsys: Capture) -> None:
    assert run("tools") == 0
    listed = capsys.readouterr().out
    assert run("tools", "--json") == 0
    assert [tool["name"] for tool in json.loads(capsys.readouterr().out)] == list(load_toolbox())
    assert all(name in listed for name in load_toolbox())


@pytest.mark.parametrize("name", list(load_toolbox()))
def test_a_tool_is_shown_with_parameters_rules_errors_and_example(name: str, capsys: Capture) -> None:
    spec = load_toolbox()[name].spec
    assert run("tools", name) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(parameter in shown for parameter in spec.properties)
    assert all(rule.message[:30] in shown for rule in spec.rules)
    assert all(fault.type in shown for fault in spec.faults)
    assert run("tools", name, "--json") == 0
    assert json.loads(capsys.readouterr().out) == spec.document


def test_tasks_as_json_are_tasks_that_can_be_played(capsys: Capture, tmp_path: Path) -> None:
    assert run("tasks", "--suite", "dev", "--limit", 2, "--json") == 0
    file = tmp_path / "mine.jsonl"
    file.write_text(capsys.readouterr().out)
    assert run("rollout", "--policy", "random", "--suite", file, "--out", tmp_path, "--json") == 0
    assert [record.task for record in read_traces(tmp_path / "traces.jsonl")] == load_suite("dev")[:2]


def test_tasks_lists_a_suite_and_shows_one(capsys: Capture) -> None:
    assert run("tasks", "--suite", "paper") == 0
    assert "felt-workshop" in capsys.readouterr().out
    assert run("tasks", "paper/felt-workshop") == 0
    assert "8 shots" in capsys.readouterr().out
    assert run("tasks", "paper/elf-archer", "--json") == 0
    assert json.loads(capsys.readouterr().out)["count"] == [10, 10]


def test_a_rollout_writes_one_trace_a_task_in_their_order_whatever_num_envs(traces: Path, tmp_path: Path) -> None:
    assert run("rollout", "--policy", "expert", "--suite", "dev", "--limit", 4, "--out", tmp_path, "--num-envs", 3) == 0
    assert (tmp_path / "traces.jsonl").read_bytes() == traces.read_bytes()
    assert [record.task.id for record in read_traces(traces)] == [task.id for task in load_suite("dev")[:4]]


def test_another_seed_gives_another_rollout(traces: Path, tmp_path: Path) -> None:
    assert run("rollout", "--policy", "expert", "--suite", "dev", "--limit", 4, "--out", tmp_path, "--seed", 1) == 0
    assert (tmp_path / "traces.jsonl").read_bytes() != traces.read_bytes()


def test_earlier_traces_are_kept(tmp_path: Path) -> None:
    (tmp_path / "traces.jsonl").write_text("earlier\n")
    assert run("rollout", "--policy", "random", "--suite", "dev", "--limit", 1, "--out", tmp_path) == 0
    assert (tmp_path / "traces.1.jsonl").read_text() == "earlier\n"


class Tiring:
    """Plays like the expert until its twelfth turn, then is interrupted."""

    def __init__(self) -> None:
        self.turns = 0
        self.expert = ExpertPolicy()

    def act(self, conversations: Sequence[Conversation]) -> Sequence[str]:
        self.turns += 1
        if self.turns > 12:
            raise KeyboardInterrupt
        return self.expert.act(conversations)


def test_an_interrupted_rollout_keeps_every_finished_episode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(terminal.POLICIES, "tiring", Tiring)
    assert run("rollout", "--policy", "tiring", "--suite", "dev", "--num-envs", 1, "--out", tmp_path) == 130
    assert len(list(read_traces(tmp_path / "traces.jsonl"))) >= 1


def test_score_prints_one_object_a_line_in_trace_order(traces: Path, capsys: Capture) -> None:
    assert run("score", traces, "--preset", "RL1", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["task"] for row in rows] == [record.task.id for record in read_traces(traces)]
    assert all(row["components"].keys() == row["applicable"].keys() for row in rows)
    assert all(row["reward"] == pytest.approx(sum(row["contributions"].values())) for row in rows)
    assert all(row["policy"] == "expert" for row in rows)


def test_score_prints_a_table_with_means(traces: Path, capsys: Capture) -> None:
    assert run("score", traces.parent) == 0
    assert "expert" in capsys.readouterr().out


def test_view_writes_a_page(traces: Path, tmp_path: Path, capsys: Capture) -> None:
    assert run("view", traces, "--out", tmp_path / "page", "--full", 0, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["page"]) == tmp_path / "page" / "index.html"
    assert told["episodes"] == 4
    assert Path(told["page"]).stat().st_size < told["bytes"] <= 30_000_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("demmo",), "demo"),
        (("rollout", "--polcy", "expert"), "--policy"),
        (("rollout", "--policy", "expret", "--out", "{out}"), "unknown policy 'expret'; did you mean 'expert'?"),
        (("rollout", "--suite", "papr", "--out", "{out}"), "unknown suite 'papr'; did you mean 'paper'?"),
        (("rollout", "--faults", "realstic", "--out", "{out}"), "did you mean 'realistic'?"),
        (("rollout", "--num-envs", "0", "--out", "{out}"), "--num-envs"),
        (("rollout", "--num-envs", "many", "--out", "{out}"), "--num-envs"),
        (("rollout", "--seed", "-1", "--out", "{out}"), "--seed"),
        (("rollout", "--limit", "0", "--out", "{out}"), "--limit"),
        (("rollout", "--suite", "none.jsonl", "--out", "{out}"), "none.jsonl"),
        (("rollout", "--out", "{file}/below"), "cannot write to the folder"),
        (("demo", "--out", "{file}/below"), "cannot write to the folder"),
        (("view", "{traces}", "--out", "{file}/below"), "cannot write to the folder"),
        (("view", "{traces}", "--out", "{file}"), "cannot write to the folder"),
        (("view",), "Missing argument"),
        (("view", "{out}/none.jsonl"), "No such file"),
        (("score", "{out}/none.jsonl"), "No such file"),
        (("score", "{out}"), "No such file"),
        (("score", "{empty}"), "holds no trace"),
        (("score", "{traces}", "--preset", "RL11"), "unknown preset 'RL11'; did you mean 'RL1'?"),
        (("tools", "tool_video_compsite"), "did you mean 'tool_video_composite'?"),
        (("tools", "--lang", "fr"), "unknown language 'fr'"),
        (("tasks", "paper/felt-workshp"), "did you mean 'paper/felt-workshop'?"),
        (("tasks", "dev/999999999999-en"), "dev/999999999999-en"),
        (("tasks", "--suite", "devv"), "did you mean 'dev'?"),
    ],
)
def test_bad_input_gets_one_clear_line(
    arguments: tuple[str, ...], said: str, traces: Path, tmp_path: Path, capsys: Capture
) -> None:
    file, empty, out = tmp_path / "file", tmp_path / "empty.jsonl", tmp_path / "out"
    file.write_text("a file, not a folder")
    empty.write_text("")
    out.mkdir()
    places = {"file": file, "empty": empty, "out": out, "traces": traces}
    assert said in refused(capsys, *(argument.format(**places) for argument in arguments))
    assert not [*out.iterdir()]


@pytest.mark.parametrize(
    "garbage",
    [b"not json", b"[]", b"{}", b"3", b'{"schema": 1}', b'{"schema": "1"}', b'{"schema": 99}', b"\xff\xfe", b"null"],
)
@pytest.mark.parametrize("command", [("score",), ("score", "--json"), ("view", "--out", "page")])
def test_a_malformed_trace_is_named_by_its_line(
    command: tuple[str, ...],
    garbage: bytes,
    traces: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    monkeypatch.chdir(tmp_path)
    first = traces.read_bytes().splitlines()[0]
    (tmp_path / "bad.jsonl").write_bytes(first + b"\n\n" + garbage + b"\n" + first + b"\n")
    assert "bad.jsonl: line 3: " in refused(capsys, command[0], "bad.jsonl", *command[1:])


def test_a_line_with_broken_parts_is_named_too(traces: Path, tmp_path: Path, capsys: Capture) -> None:
    row = json.loads(traces.read_bytes().splitlines()[0])
    broken = [
        {**row, "steps": [{"text": 3}]},
        {**row, "steps": 7},
        {**row, "assets": [{}]},
        {**row, "assets": [{"recipe": {"node": "scene", "seed": "x", "params": {}, "sources": ["gone"]}}]},
        {**row, "task": {"id": "x"}},
        {**row, "seed": "seven"},
        {**row, "settings": None},
        {**row, "terminated": "yes"},
    ]
    for wrong in broken:
        (tmp_path / "bad.jsonl").write_text(json.dumps(wrong) + "\n")
        assert "line 1: " in refused(capsys, "score", tmp_path / "bad.jsonl")


def test_a_last_line_cut_by_a_killed_process_is_left_out(traces: Path, tmp_path: Path, capsys: Capture) -> None:
    whole = traces.read_bytes()
    (tmp_path / "cut.jsonl").write_bytes(whole[: len(whole) - 100])
    assert run("score", tmp_path / "cut.jsonl", "--json") == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.slow
def test_the_quick_demo_ends_with_a_table_traces_and_a_page(tmp_path: Path, capsys: Capture) -> None:
    assert run("demo", "--quick", "--out", tmp_path) == 0
    table = capsys.readouterr().out
    assert "expert" in table and "random" in table and "steps/s" in table
    assert len(list(read_traces(tmp_path / "expert.jsonl"))) == 12
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count('"film":"media/') >= 2
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= 30_000_000
