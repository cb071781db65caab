"""A record survives the disk, proves itself by replay, and a killed writer loses at most its last line."""

import orjson
import pytest

from visgenenv import ExpertPolicy, RandomPolicy, load_suite, rollout
from visgenenv.errors import ReplayMismatch, TraceError
from visgenenv.rewards import score
from visgenenv.trace import append_trace, encode, from_json, read_traces, replay, to_json, write_traces


@pytest.fixture(scope="module")
def records():
    tasks = load_suite("paper")
    played = rollout(ExpertPolicy(), tasks, seed=1, progress=False)
    return played + rollout(RandomPolicy(), tasks, seed=2, faults="stress", progress=False)


def test_a_record_comes_back_as_it_went(records, tmp_path):
    write_traces(tmp_path / "t.jsonl", records)
    again = list(read_traces(tmp_path / "t.jsonl"))
    assert [encode(one) for one in again] == [encode(one) for one in records]
    assert [score(one) for one in again] == [score(one) for one in records]


def test_every_record_replays_to_the_same(records):
    for record in records:
        replay(record)


def test_a_record_read_from_disk_replays_too(records):
    replay(from_json(orjson.loads(encode(records[0]))))


def test_a_record_opens_its_pictures_without_the_environment(records, tmp_path):
    record = from_json(orjson.loads(encode(records[1])))
    assert record.open(record.answer.answer_url_list[0]).width >= 512
    assert record.export(record.answer.answer_url_list[0], tmp_path).stat().st_size > 1000


def test_a_tampered_record_does_not_replay(records):
    data = orjson.loads(encode(records[0]))
    result = next(r for step in data["steps"] for r in step["results"] if r["assets"])
    result["usage"]["cost_usd"] = 0.0
    with pytest.raises(ReplayMismatch, match="turn"):
        replay(from_json(data))


def test_a_line_cut_by_a_killed_process_is_left_out(records, tmp_path):
    path = tmp_path / "t.jsonl"
    write_traces(path, records[:2])
    with path.open("ab") as file:
        file.write(encode(records[2])[:5000])
    assert len(list(read_traces(path))) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [(b"{oops}\n", "line 1"), (b"{}\n", "schema"), (b'{"schema": 99}\n', "newer"), (b'{"schema": 1}\n', "KeyError")],
)
def test_a_broken_line_is_named_with_file_and_number(line, said, tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_bytes(line)
    with pytest.raises(TraceError, match=said):
        list(read_traces(path))


def test_appending_adds_one_line(records, tmp_path):
    path = tmp_path / "t.jsonl"
    append_trace(path, records[0])
    append_trace(path, records[1])
    assert path.read_bytes().count(b"\n") == 2


def test_the_form_is_plain_json_with_a_schema_number(records):
    assert to_json(records[0])["schema"] == 1
