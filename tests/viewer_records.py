"""Records for the tests of the viewer: ordinary ones, and such as somebody with bad intent might write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from msgspec import structs

from visgenenv.policies import ExpertPolicy, Policy, RandomPolicy
from visgenenv.rewards import score
from visgenenv.rollouts import rollout
from visgenenv.tasks import load_suite, load_task
from visgenenv.trace import to_json
from visgenenv.trajectory import Trajectory
from visgenenv.viewer import Play

ATTACK = '</script></details><script>window.hacked=1</script><img src=x onerror="window.hacked=1">\u202e{{7*7}}'
"""What would run, or break out of its place, on a page that builds HTML from strings."""


def played(policy: Policy, name: str) -> list[Trajectory]:
    """Return four episodes: a set of pictures, and three drawn tasks of which some are films."""
    tasks = [load_task("paper/elf-archer"), *load_suite("dev")[:3]]
    records = rollout(policy, tasks, faults="stress", seed=1, progress=False)
    return [structs.replace(one, settings={**one.settings, "policy": name}) for one in records]


def both() -> list[Trajectory]:
    """Return the episodes of an expert and of a random policy: the same tasks in the same worlds."""
    return [*played(ExpertPolicy(), "expert"), *played(RandomPolicy(), "random")]


def plays_of(records: Sequence[Trajectory], n_full: int = 0) -> list[Play]:
    return [
        Play(str(one.settings.get("policy", "expert")), one, score(one), index, full=index < n_full)
        for index, one in enumerate(records)
    ]


def lines_of(records: Sequence[Trajectory], **beside: Any) -> bytes:
    return b"".join(orjson.dumps({**beside, **to_json(one)}) + b"\n" for one in records)


def hostile_row(record: Trajectory) -> dict[str, Any]:
    """Return a record as JSON in which every text is an attack, and names are such as JavaScript treats in its own way."""
    row = to_json(record)
    row["task"] |= {"id": f"dev/{ATTACK}", "query": ATTACK, "type": "constructor", "dimension": "__proto__"}
    row["settings"] = {"policy": f"<b>{ATTACK}", "__proto__": {"polluted": 1}, "constructor": ATTACK}
    row["truncated_by"] = ATTACK
    text = "".join(
        f"<{tag}>{ATTACK}</{tag}>" if tag != "plan" else f"<plan>{plan()}</plan>"
        for tag in ("think", "plan", "reflect")
    )
    call = orjson.dumps(
        {"name": f"tool_{ATTACK}", "arguments": {"__proto__": ATTACK, ATTACK: [{"a": ATTACK}]}}
    ).decode()
    error = {"type": ATTACK, "http_status": 400, "message": ATTACK, "vendor_code": ATTACK}
    result = {"status": "error", "assets": [], "error": error}
    wild = {"text": f"{text}<tool_call>{call}</tool_call>", "channel": "utpc", "faults": [ATTACK]}
    answer = orjson.dumps({"task_status": "success", "answer_url_list": ["javascript:window.hacked=1", ATTACK],
                           "summary": ATTACK}).decode()  # fmt: skip
    row["steps"] = [
        {**wild, "results": [result], "told": [ATTACK]},
        *[step for step in row["steps"] if "<answer>" not in step["text"]],
        {"text": f"<think>{ATTACK}</think><answer>{answer}</answer>", "channel": "utpc", "faults": [], "results": [],
         "told": []},
    ]  # fmt: skip
    for asset in row["assets"]:
        asset |= {"created_by": ATTACK, "subtype": ATTACK, "url": f"asset://{ATTACK}.png"}
    return row


def plan() -> str:
    return orjson.dumps([{"goal": ATTACK, "tool": ATTACK, "n": ATTACK, "deps": [ATTACK]}]).decode()


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path
