"""Bring your own tasks: any sequence of `Task`s, written in Python or read from a JSONL file."""

import json
import tempfile
from pathlib import Path

from visgenenv import ExpertPolicy, rollout, score
from visgenenv.tasks import read_tasks

ROWS = [
    {
        "id": "mine/foxes",
        "lang": "en",
        "query": "Draw 3 watercolour pictures of a red fox: in a forest, on a beach and in a city.",
        "type": "image.15",
        "modality": "image",
        "count": [3, 3],
        "groups": [{"name": "fox", "kind": "object", "n_required": 3, "aliases": ["fox", "狐狸"], "attrs": ["red"]}],
        "tool_pool": ["tool_text2image_gemini", "tool_image_edit_gemini"],
        "reference_length": 4,
    },
    {
        "id": "mine/cat",
        "lang": "zh",
        "query": "画一张一只橙色的猫坐在花园里的水彩画。",
        "type": "image.20",
        "modality": "image",
        "tool_pool": ["tool_text2image_gemini"],
        "reference_length": 1,
    },
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tasks.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS), "utf-8")
        tasks = read_tasks(path)  # a mistake in the file is named by file, line and field
    for record in rollout(ExpertPolicy(), tasks, faults="none", progress=False):
        print(record.task.id, score(record).explain(), sep="\n", end="\n\n")


if __name__ == "__main__":
    main()
