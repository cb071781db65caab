"""The card of a data set: what is in the folder, and how to load it. Its head tells `datasets` which file is the data."""

from __future__ import annotations

from visgenenv.demos.report import Report
from visgenenv.demos.rows import COLUMNS
from visgenenv.demos.settings import Settings
from visgenenv.demos.statistics import Figures

_CARD = """---
configs:
- config_name: default
  data_files: {data}
---

# {kept} demonstrations of visual creation

Made by `visgenenv demos --n {n} --seed {seed} --suite {suite} --lang {lang} --tools {tools}`: a scripted expert plays
simulated tools; {played} trajectories were played, {passed} passed reward and grader, {kept} the review.
Every world and every file in them is simulated. `statistics.html` shows the numbers.

```python
from datasets import load_dataset

demos = load_dataset("{loader}", data_files="{data}", split="train")
```

| column | is |
| --- | --- |
{columns}

| file | is |
| --- | --- |
| `demos.jsonl`{parquet} | the rows |
| `traces.jsonl` | the same episodes as records: `visgenenv view`, `visgenenv score` and `replay` read them |
| `chat_template.jinja` | Qwen3-VL's chat rules with `generation` marks, for losses on the assistant alone |
| `pst.json` | the two-stage mixture; general data by name |
| `statistics.json`, `statistics.html` | steps, tokens, types, languages, and how the choice was made |
| `manifest.json` | settings, versions, checksums |
{images}
Mean {steps:.1f} steps, {tokens:,.0f} tokens (estimated).
"""


def card(settings: Settings, report: Report, figures: Figures, parquet: bool) -> str:
    """Return the text of README.md."""
    data = "demos.parquet" if parquet else "demos.jsonl"
    return _CARD.format(
        data=data,
        loader="parquet" if parquet else "json",
        n=settings.n,
        seed=settings.seed,
        suite=settings.suite,
        lang=settings.lang,
        tools=settings.tools,
        kept=report.kept,
        played=report.played,
        passed=report.passed,
        columns="\n".join(f"| `{name}` | {what} |" for name, what in COLUMNS.items()),
        parquet=", `demos.parquet`" if parquet else "",
        images="| `images/` | what the agent was shown, named in `pictures` |\n" if settings.images == "files" else "",
        steps=figures.mean("steps"),
        tokens=figures.mean("tokens"),
    )
