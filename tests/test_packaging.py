"""The package as others get it: light to import, typed, complete in a wheel, at home in a fresh environment."""

import importlib
import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import visgenenv

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "transformers", "trl", "ray", "openai", "av")
DEMO_LIMIT_S = 300


def run(*command, cwd, **kwargs):
    """Run a command without the checkout on its path; return what it printed."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, **kwargs
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def test_import_loads_nothing_heavy(tmp_path):
    code = "import json, sys, visgenenv; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    loaded = json.loads(run(sys.executable, "-W", "error", "-c", code, cwd=tmp_path))
    assert not set(loaded) & set(HEAVY)


def test_an_episode_loads_no_codec(tmp_path):
    code = """
import sys, visgenenv
visgenenv.rollout(visgenenv.ExpertPolicy(), visgenenv.load_suite("paper"), progress=False)
print("av" in sys.modules)"""
    assert run(sys.executable, "-c", code, cwd=tmp_path).strip() == "False"


def test_root_exports_are_exactly_the_public_names():
    public = {
        name for name, value in vars(visgenenv).items() if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public == set(visgenenv.__all__)
    assert sorted(visgenenv.__all__) == list(visgenenv.__all__)


def test_no_submodule_bears_the_name_of_a_root_export():
    modules = {module.name for module in pkgutil.iter_modules(visgenenv.__path__)}
    assert not modules & set(visgenenv.__all__)


@pytest.mark.parametrize("package", ["visgenenv.tools", "visgenenv.rewards", "visgenenv.tasks", "visgenenv.policies"])
def test_every_name_a_package_lists_exists(package):
    module = importlib.import_module(package)
    assert not [name for name in module.__all__ if not hasattr(module, name)]


def test_every_declared_dependency_is_imported_somewhere():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    modules = {re.split(r"[<>=]", one)[0].replace("-", "_").replace("pillow", "PIL") for one in declared}
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "visgenenv").rglob("*.py"))
    assert not {name for name in modules if not re.search(rf"^\s*(import|from) {name}\b", source, re.MULTILINE)}


def test_every_dependency_is_explained():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [
        re.split(r"[<>=]", one)[0] for one in [*declared["dependencies"], *declared["optional-dependencies"]["dev"]]
    ]
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    assert not [name for name in names if name not in page]


def test_version_is_that_of_the_distribution():
    assert visgenenv.__version__ == version("visgenenv")


def test_changelog_tells_of_this_version():
    assert f"## [{visgenenv.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=folder, timeout=300)
    (path,) = folder.glob("*.whl")
    return path


@pytest.mark.slow
def test_wheel_carries_documents_media_types_and_licence(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {Path(name).name for name in names if name.startswith("visgenenv/_data/tool_specs/")}
    written = {path.name for path in (ROOT / "tool_specs").rglob("*.json")}
    assert shipped == written
    media = {name for name in names if name.startswith("visgenenv/_data/media_db/")}
    files = {path.relative_to(ROOT) for path in (ROOT / "media_db").rglob("*") if path.is_file()}
    assert media == {f"visgenenv/_data/{path.as_posix()}" for path in files}
    assert "visgenenv/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "docs/", "examples/"))]


@pytest.mark.slow
def test_wheel_works_in_a_fresh_environment_outside_the_repository(wheel, tmp_path):
    home = tmp_path / "venv"
    run(sys.executable, "-m", "venv", home, cwd=tmp_path)
    python = home / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path, timeout=600)
    code = "import visgenenv; print(visgenenv.__file__, *visgenenv.load_toolbox())"
    where, *tools = run(python, "-c", code, cwd=tmp_path).split()
    assert Path(where).is_relative_to(home)
    assert tools == list(visgenenv.load_toolbox())
    run(home / "bin" / "visgenenv", "demo", "--quick", "--out", "demo", cwd=tmp_path, timeout=DEMO_LIMIT_S)
    assert (tmp_path / "demo" / "index.html").stat().st_size > 10_000
