"""The Python of docs/training.md runs and prints what the page says."""

import contextlib
import importlib.util
import io
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_code_of_the_training_page_runs_and_prints_what_the_page_says(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("docs_of", ROOT / "tests" / "test_docs.py")
    docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(docs)
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    for line, code, expected in docs.blocks(ROOT / "docs" / "training.md"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * line + code, "training.md", "exec"), names)
        assert expected is None or printed.getvalue().strip() == expected.strip(), line
