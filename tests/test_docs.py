"""What the documentation shows is true: its Python runs and prints what it says, and its links lead somewhere."""

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
WITH_CODE = [page for page in PAGES if "```python" in page.read_text("utf-8")]

BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n?^```text\n(?P<printed>.*?)^```$)?", re.DOTALL | re.MULTILINE)
RULES = re.DOTALL | re.MULTILINE
LINK = re.compile(r"\]\((?!https?://)(?P<target>[^)#\s]*)(?:#(?P<anchor>[^)\s]*))?\)")

NEEDS = {"training.md": "trl", "rllib.md": "ray"}
"""Pages that need an optional package; tests/train/test_trl_docs.py runs them where it is installed."""


def blocks(page):
    """Return code and expected output (or None) of every Python block, with its line number."""
    text = page.read_text("utf-8")
    return [(text.count("\n", 0, one.start()) + 1, one["code"], one["printed"]) for one in BLOCK.finditer(text)]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_code_of_the_page_runs_and_prints_what_the_page_says(page, tmp_path, monkeypatch):
    pytest.importorskip(NEEDS.get(page.name, "pytest"))
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    for line, code, expected in blocks(page):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * line + code, str(page), "exec"), names)
        if expected is not None:
            assert _plain(printed.getvalue()) == _plain(expected), f"{page.name}:{line}"


def test_commands_of_the_command_line_page_run(tmp_path):
    commands = re.findall(r"^\$ visgenenv (.+)$", (ROOT / "docs" / "command-line.md").read_text("utf-8"), re.MULTILINE)
    assert {command.split()[0] for command in commands} == {"tools", "tasks", "rollout", "score", "view", "demo"}
    for command in commands:
        if not command.startswith("demo"):  # tests/test_packaging.py runs it from an installed wheel
            run = [sys.executable, "-c", "from visgenenv.cli import main; main()", *command.split()]
            done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, f"{command}\n{done.stderr}"
            assert done.stdout.strip(), command


LANGUAGES = ("python", "text", "bash", "console", "json", "yaml", "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_block_of_code_escapes_these_tests(page):
    text = page.read_text("utf-8")
    for block in re.finditer(
        r"(?P<before>[^\n]*\n)^(?P<indent> *)```(?P<rest>[^\n]*)\n(?P<body>.*?)^ *```$", text, RULES
    ):
        where = f"{page.name}:{text.count(chr(10), 0, block.start()) + 2}"
        if block["rest"] == "py":  # of another library: the comment above names the test that runs the same
            assert ROOT.joinpath(re.search(r"tests/[\w/]+\.py", block["before"])[0]).exists(), where
            continue
        assert block["rest"] in LANGUAGES and not block["indent"], where
        code = not block["rest"] and re.search(r"^(import |from \w+ import|\w+ = \w+[.(])", block["body"], re.MULTILINE)
        assert not code, f"{where}: Python outside a block of python"


def _plain(text):
    """Return the lines without what every change to a tool document moves: asset ids and drawn latencies."""
    text = re.sub(r"\b(img|vid|aud|txt|sub|doc)_[0-9a-z]{8}\b", r"\1_…", text)
    text = re.sub(r'"latency_s":[0-9.]+', '"latency_s":…', text)
    return [line.rstrip() for line in text.strip().splitlines()]


def anchors(page):
    """Return the anchors of a page's headings as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_repository_lead_somewhere(page):
    for link in LINK.finditer(page.read_text("utf-8")):
        target = page if not link["target"] else (page.parent / link["target"]).resolve()
        assert target.exists(), f"{page.name}: {link['target']}"
        if link["anchor"]:
            assert link["anchor"] in anchors(target), f"{page.name}: {link[0]}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_page_is_reached_from_the_readme(page):
    assert f"docs/{page.name}" in (ROOT / "README.md").read_text("utf-8")


def test_generated_pages_are_up_to_date():
    command = [sys.executable, str(ROOT / "scripts" / "generate_docs.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_catalogue_has_one_page_a_tool():
    from visgenenv import load_toolbox

    linked = re.findall(r"\(tools/(tool_\w+)\.md\)", (ROOT / "docs" / "tools.md").read_text("utf-8"))
    pages = [page.stem for page in (ROOT / "docs" / "tools").glob("*.md")]
    assert sorted(linked) == sorted(pages) == sorted(load_toolbox())
