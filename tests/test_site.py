"""The documentation as a site: every page stands in its navigation, every public name in its API, every link leads on."""

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("mkdocs")
ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGES = (
    ".", "adapters/trl", "bench", "control", "demos", "media", "policies", "rewards", "rewards/judges", "tasks", "testing",
    "tools", "viewer",
)  # fmt: skip


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site():
    return script("site_pages")


@pytest.fixture(scope="module")
def charts():
    return script("performance_charts")


def on_site(site, uri, text):
    return site.on_page_markdown(text, SimpleNamespace(file=SimpleNamespace(src_uri=uri)))


def targets(nav):
    for entry in nav:
        for target in [entry] if isinstance(entry, str) else entry.values():
            yield from targets(target) if isinstance(target, list) else [target]


def test_every_page_stands_in_the_navigation_once(site):
    from mkdocs.config import load_config

    config = site.on_config(load_config(str(ROOT / "mkdocs.yml")))
    named = [target for target in targets(config["nav"]) if not target.startswith("examples/")]
    pages = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")]
    assert sorted(named) == sorted([*pages, "index.md", "CHANGELOG.md", "CONTRIBUTING.md"]), "see nav in mkdocs.yml"


def test_the_readme_is_the_first_page_and_its_links_lead_to_pages(site):
    assert on_site(site, "index.md", "[a](docs/tools.md), ![b](docs/images/felt-fox.jpg)") == (
        "[a](tools.md), ![b](images/felt-fox.jpg)"
    )


def test_a_link_to_an_example_leads_to_its_page(site):
    assert on_site(site, "own-tool.md", "[a](../examples/own_tool.py)") == "[a](examples/own_tool.md)"


def test_a_link_to_the_readme_leads_to_the_first_page(site):
    assert on_site(site, "tasks/gallery.md", "[a](../../README.md#develop)") == "[a](../index.md#develop)"


def test_links_between_pages_of_docs_stay(site):
    assert on_site(site, "tasks/gallery.md", "[a](../tasks.md#suites)") == "[a](../tasks.md#suites)"


def test_code_and_links_that_lead_nowhere_stay(site):
    text = "```python\nf[0](docs/tools.md)\n```\n[a](nowhere.md) [b](https://example.org/README.md)"
    assert on_site(site, "index.md", text) == text


@pytest.fixture(scope="module")
def in_the_api():
    pages = "".join(page.read_text("utf-8") for page in (DOCS / "api").glob("*.md"))
    return re.findall(r"^::: (\S+)$", pages, re.MULTILINE)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_stands_in_the_api(package, in_the_api):
    written = {entry.rsplit(".", 1)[1] for entry in in_the_api}
    assert set(exported(ROOT / "visgenenv" / package / "__init__.py")) <= written


def exported(path):
    module = ast.parse(path.read_text("utf-8"))
    return next(
        ast.literal_eval(one.value)
        for one in module.body
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and one.targets[0].id == "__all__"
    )


def test_every_exception_stands_in_the_api(in_the_api):
    tree = ast.parse((ROOT / "visgenenv" / "errors.py").read_text("utf-8"))
    names = {f"visgenenv.errors.{one.name}" for one in tree.body if isinstance(one, ast.ClassDef)}
    assert names == {entry for entry in in_the_api if entry.startswith("visgenenv.errors.")}


BAR = re.compile(r'<rect [^>]*width="(?P<width>[\d.]+)" height="15" fill="(?P<colour>#\w+)"')


def test_bars_are_as_long_as_their_numbers_and_red_where_they_miss(charts):
    svg = charts.draw("T", [("a", 10.0, True), ("b", 40.0, False)], {"aim": 20.0})
    (short, green), (long, red) = BAR.findall(svg)
    assert float(long) == pytest.approx(4 * float(short), abs=0.3)
    assert (green, red) == ("#2f7d5b", "#c4501f")


def test_charts_escape_what_tables_say(charts):
    assert "<b>" not in charts.draw("<b>", [("<b>", 1.0, True)], {})


def test_amounts_are_read_with_their_units_and_the_worse_end_of_a_range(charts):
    assert charts._amount("2.4 to 4.7 us") == pytest.approx(4.7e-6)
    assert charts._amount("182, 154, 206 us") == pytest.approx(206e-6)
    assert charts._amount("1.5 GB") == pytest.approx(1.5e9)
    assert charts._amount("4,900 a second and core") is None


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = build(ROOT / "mkdocs.yml", folder)
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stderr
    return folder


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_asks_no_other_server(built):
    for page in built.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r'<(script|link|img)[^>]+(src|href)="https?://', text), page.name
        assert str(ROOT) not in text, page.name


@pytest.mark.slow
def test_the_site_can_be_searched_from_a_disk(built):
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or pytest.skip("no Chromium is installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab, asked = browser.new_page(), []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((built / "api" / "environment.html").as_uri())
        tab.keyboard.press("/")
        tab.locator("input.md-search__input").press_sequentially("world seed")
        tab.locator(".md-search-result__item h1", has_text="The environment").first.wait_for()
        browser.close()
    assert all(url.startswith(built.as_uri()) for url in asked)


@pytest.mark.parametrize("link", ["nowhere.md", "index.md#nowhere", "../nowhere.py"])
def test_a_link_that_leads_nowhere_fails_the_build(link, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# Title\n\n[a link]({link})\n", "utf-8")
    small = f"INHERIT: {ROOT / 'mkdocs.yml'}\ndocs_dir: docs\nhooks: []\nnav: [index.md]\nplugins: []\nextra_css: []\n"
    (tmp_path / "mkdocs.yml").write_text(small, "utf-8")
    done = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert done.returncode != 0 and link.split("#")[-1] in done.stderr


def build(config, folder):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(config), "-d", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
