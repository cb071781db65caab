"""Make demonstrations, look at one as a trainer sees it, and check the mask of a loss on the assistant alone."""

import json
import tempfile
from pathlib import Path

from visgenenv.demos import Settings, make_demos, with_pictures
from visgenenv.trace import read_traces, replay

SETTINGS = Settings(n=6, seed=3, lang="en", tools="task", image_px=128)


def main(folder: Path) -> None:
    report = make_demos(SETTINGS, folder)
    print(f"{report.played} trajectories, {report.passed} after reward and grader, {report.kept} kept")
    for mode, fates in report.modes.items():
        print(f"  {mode:10} " + ", ".join(f"{n} {fate}" for fate, n in fates.items()))

    rows = [json.loads(line) for line in (folder / "demos.jsonl").read_text("utf-8").splitlines()]
    for row in rows:
        print(
            f"{row['id']:16} {row['type']:9} {row['mode']:10} {row['steps']:3} steps {row['tokens']:6,} tokens",
            end="  ",
        )
        print(f"reward {row['reward']:.3f}")

    row = rows[0]
    print(f"\nThe request: {row['messages'][1]['content'][:100]}")
    said = [message["content"] for message in row["messages"] if message["role"] == "assistant"]
    mask = [end - start for start, end in row["assistant_spans"]]
    assert mask == [len(text) + len("<|im_end|>\n") for text in said]  # the loss falls on what the agent says, no more
    print(
        f"A loss on {sum(mask):,} characters in {len(mask)} turns; {len(json.loads(row['tools']))} tools are offered."
    )

    shown = with_pictures(row, folder)  # messages with image parts, and the pictures, for a trainer of vision models
    print(f"{len(shown['images'])} pictures, the first of {shown['images'][0].size} pixels")

    for record in read_traces(folder / "traces.jsonl"):
        replay(record)  # every demonstration can be executed again, and comes out equal
    print("All replayed.")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(Path(scratch))
