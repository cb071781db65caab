"""Play, write, read back, score again, prove by replay, and export what was made."""

import tempfile
from pathlib import Path

from visgenenv import ExpertPolicy, load_suite, rollout, score
from visgenenv.trace import read_traces, replay, write_traces

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "traces.jsonl"
    write_traces(path, rollout(ExpertPolicy(), load_suite("paper")[1:2], seed=4, progress=False))
    print(f"{path.stat().st_size / 1024:.0f} KB")

    for record in read_traces(path):
        print(record.task.id, "reward", score(record, preset="RL1").reward)
        replay(record)  # executes every action again; raises ReplayMismatch if anything comes out differently
        first = record.answer.answer_url_list[0]
        print(first, record.open(first).size, record.export(first, folder).name)
