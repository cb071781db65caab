"""Every file of examples/ runs as it stands, in a process of its own, outside the checkout, and prints something."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))
PLAIN = [path for path in EXAMPLES if "make train-setup" not in path.read_text("utf-8")]
"""Those that need no trainer; the others run in tests/train/test_trainer_examples.py."""


@pytest.mark.parametrize("example", PLAIN, ids=lambda path: path.stem)
def test_example_runs_without_a_warning(example, tmp_path):
    command = [sys.executable, "-W", "error", str(example)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert not list(tmp_path.iterdir()), "an example leaves files behind"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_short(example):
    assert 15 <= len(example.read_text("utf-8").splitlines()) <= 60


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_named_in_the_documentation(example):
    docs = Path(__file__).parent.parent / "docs"
    assert any(
        f"examples/{example.name}" in page.read_text("utf-8")
        for page in docs.glob("*.md")
        if page.name != "examples.md"
    )
    assert f"](../examples/{example.name})" in (docs / "examples.md").read_text("utf-8")
