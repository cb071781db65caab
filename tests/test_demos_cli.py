"""`visgenenv demos`: what it prints, what it writes, and the one line it says to bad input."""

import orjson
import pytest
from test_cli import refused, run

from visgenenv.demos import COLUMNS

QUICK = ("--workers", 1, "--images", "none", "--no-parquet")


def test_it_explains_itself_with_an_example(capsys):
    assert run("demos", "--help") == 0
    assert "Example: visgenenv demos" in capsys.readouterr().out


def test_a_set_is_written_and_told(tmp_path, capsys):
    assert run("demos", "--n", 3, "--out", tmp_path, *QUICK) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "3 demonstrations in" in said and "6,000 (37.5%)" in said
    rows = [orjson.loads(line) for line in (tmp_path / "demos.jsonl").read_bytes().splitlines()]
    assert len(rows) == 3 and all(list(row) == list(COLUMNS) and row["pictures"] == [] for row in rows)


def test_a_program_reads_one_object(tmp_path, capsys):
    assert run("demos", "--n", 2, "--out", tmp_path, "--lang", "zh", "--mix", "optimal=1", "--json", *QUICK) == 0
    facts = orjson.loads(capsys.readouterr().out)
    assert facts["kept"] == 2 and list(facts["modes"]) == ["optimal"]
    assert facts["mean"]["steps"] > 3 and "demos.jsonl" in facts["files"]


def test_traces_are_those_that_other_commands_read(tmp_path, capsys):
    assert run("demos", "--n", 2, "--out", tmp_path, *QUICK) == 0
    capsys.readouterr()
    assert run("score", tmp_path, "--json") == 0
    rewards = [orjson.loads(line)["reward"] for line in capsys.readouterr().out.splitlines()]
    rows = [orjson.loads(line) for line in (tmp_path / "demos.jsonl").read_bytes().splitlines()]
    assert rewards == [row["reward"] for row in rows]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("--suite", "visgenbench"), "for tests"), (("--suite", "trian"), "did you mean 'train'"),
     (("--suite", "missing.jsonl"), "missing.jsonl"), (("--lang", "fr"), "language"), (("--tools", "al"), "all"),
     (("--mix", "optmal=1"), "optimal"), (("--mix", "optimal=much"), "--mix"), (("--mix", "optimal=0"), "above 0"),
     (("--images", "png"), "files"), (("--faults", "realstic"), "realistic"), (("--n", "0"), "--n")],
)  # fmt: skip
def test_bad_input_is_refused_in_one_line(arguments, word, tmp_path, capsys):
    assert word in refused(capsys, "demos", "--out", tmp_path / "out", *arguments)


def test_another_set_in_the_same_folder_is_refused(tmp_path, capsys):
    assert run("demos", "--n", 1, "--out", tmp_path, *QUICK) == 0
    capsys.readouterr()
    assert "seed = 0, not 4" in refused(capsys, "demos", "--n", 1, "--seed", 4, "--out", tmp_path, *QUICK)
