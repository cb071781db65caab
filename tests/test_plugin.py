"""tests/plugin is a package by somebody else that brings one part of every kind: installed, checked, played, scored."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parent / "plugin"
PROJECT = tomllib.loads((PLUGIN / "pyproject.toml").read_text("utf-8"))["project"]


def wheel(folder):
    """Write the wheel that a build backend would make of the package, which needs no network this way."""
    name, version = PROJECT["name"].replace("-", "_"), PROJECT["version"]
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    files = {
        file.relative_to(PLUGIN).as_posix(): file.read_text("utf-8")
        for file in (PLUGIN / name).iterdir()
        if file.is_file()
    }
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {PROJECT['name']}\nVersion: {version}\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return path


def install(what, folder):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]
    done = subprocess.run([*pip, "--target", str(folder), str(what)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def tried(site, cwd):
    """Run the package's own trial where it is installed, outside the checkout, warnings being errors."""
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, "-P", "-W", "error", str(PLUGIN / "try_it.py")]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugin")
    install(wheel(folder), folder / "site")
    return tried(folder / "site", folder)


def test_it_runs_where_it_is_installed_and_not_from_the_checkout(facts):
    assert Path(facts["where"]).parts[-3:] == ("site", "felt_studio", "__init__.py")


def test_its_tasks_are_played_with_its_tool_by_its_backend_at_no_charge(facts):
    assert facts["served"] == 6 and facts["cost_usd"] == 0.0


def test_its_component_and_its_judge_speak_in_the_score_of_a_trace(facts):
    assert facts["rewards"] == [1.0] * 6 and facts["softness"] == [1.0] * 6
    assert "1 steps speak of felt" in facts["said"] and "softness 1.000: 1 of 1 are felt" in facts["said"]


def test_its_media_are_what_the_pictures_come_from(facts):
    assert facts["media"] is True and facts["look"] == [768, 768]


def test_gymnasium_finds_its_environment_by_module_and_name(facts):
    assert facts["live"] == {"reward": 1.0, "softness": 1.0}


def test_its_tasks_can_be_benchmarked(facts):
    assert facts["bench"] == {"episodes": 12, "success": 1.0}


@pytest.mark.slow
def test_its_project_file_builds_the_same_wheel(tmp_path):
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path / "dist"), str(PLUGIN)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (built,) = (tmp_path / "dist").iterdir()
    with zipfile.ZipFile(built) as ours, zipfile.ZipFile(wheel(tmp_path)) as by_hand:
        assert set(ours.namelist()) == set(by_hand.namelist())
