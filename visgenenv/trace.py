"""Records on disk: one JSON object a line, one versioned schema, and `replay`, which proves that a record is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import orjson

from visgenenv.episode import Episode
from visgenenv.errors import ReplayMismatch, TraceError
from visgenenv.media import MediaDB
from visgenenv.parsing import parse_action
from visgenenv.tools import FaultModel, Toolbox, load_faults, load_toolbox
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Recipe, Sampling, Step, Task, ToolResult

SCHEMA = 1
"""Version of the form below; readers refuse a newer one."""


def to_json(trajectory: Trajectory) -> dict[str, Any]:
    """Return a record as plain JSON data. Every asset stands once; recipes and results refer to it."""
    return {
        "schema": SCHEMA,
        "task": msgspec.to_builtins(trajectory.task),
        "seed": trajectory.seed,
        "world_seed": trajectory.world_seed,
        "settings": trajectory.settings,
        "versions": trajectory.versions,
        "terminated": trajectory.terminated,
        "truncated_by": trajectory.truncated_by,
        "reward": trajectory.reward,
        "assets": _assets_out(trajectory.assets),
        "steps": [_step_out(step) for step in trajectory.steps],
    }


def from_json(data: dict[str, Any]) -> Trajectory:
    """Return the record that `to_json` wrote; raise `TraceError` naming what is wrong."""
    if not isinstance(data, dict) or not isinstance(data.get("schema"), int):
        raise TraceError("not a visgenenv trace: there is no `schema` number")
    if data["schema"] > SCHEMA:
        raise TraceError(
            f"trace schema {data['schema']} is newer than this library reads ({SCHEMA}); upgrade visgenenv"
        )
    try:
        assets = _assets_in(data["assets"])
        return Trajectory(
            task=msgspec.convert(data["task"], Task),
            steps=tuple(_step_in(step, assets) for step in data["steps"]),
            assets=tuple(assets.values()),
            **{name: msgspec.convert(data[name], kind) for name, kind in _PLAIN.items()},
        )
    except (KeyError, TypeError, AttributeError, RecursionError, msgspec.ValidationError) as error:
        raise TraceError(f"not a visgenenv trace: {type(error).__name__}: {error}") from error


_PLAIN: dict[str, Any] = {
    "seed": int,
    "world_seed": int,
    "settings": dict[str, Any],
    "versions": dict[str, Any],
    "terminated": bool,
    "truncated_by": str,
    "reward": float | None,
}


def _assets_out(assets: Iterable[Asset]) -> list[dict[str, Any]]:
    known: set[str] = set()
    rows = []
    for asset in assets:
        bare = msgspec.structs.replace(asset, recipe=Recipe("", ""))
        rows.append({**msgspec.to_builtins(bare), "recipe": _recipe_out(asset.recipe, known)})
        known.add(asset.recipe.seed)
    return rows


def _recipe_out(recipe: Recipe, known: set[str]) -> dict[str, Any]:
    """Write a recipe; a source that an earlier asset shows is named by its seed, any other stands in full."""
    return {
        "node": recipe.node,
        "seed": recipe.seed,
        "params": recipe.params,
        "sources": [one.seed if one.seed in known else _recipe_out(one, known) for one in recipe.sources],
    }


def _assets_in(rows: Iterable[dict[str, Any]]) -> dict[str, Asset]:
    """Read assets in the order of their making, so that every source is known when it is needed."""
    assets: dict[str, Asset] = {}
    recipes: dict[str, Recipe] = {}
    for row in rows:
        recipe = _recipe_in(row["recipe"], recipes)
        bare = {**row, "recipe": {"node": "", "seed": ""}}
        asset = msgspec.structs.replace(msgspec.convert(bare, Asset), recipe=recipe)
        recipes[recipe.seed] = recipe
        assets[asset.id] = asset
    return assets


def _recipe_in(plain: dict[str, Any], known: dict[str, Recipe]) -> Recipe:
    sources = tuple(known[one] if isinstance(one, str) else _recipe_in(one, known) for one in plain["sources"])
    return Recipe(plain["node"], plain["seed"], plain["params"], sources)


def _step_out(step: Step) -> dict[str, Any]:
    out = {
        "text": step.action.text,
        "channel": step.action.channel,
        "faults": step.action.faults,
        "results": [_result_out(result) for result in step.results],
        "told": step.told,
    }
    if step.sampling is not None:
        out["sampling"] = msgspec.to_builtins(step.sampling)
    return out


def _step_in(data: dict[str, Any], assets: dict[str, Asset]) -> Step:
    """Read a step; the text is the truth, so it is parsed again, except that what the record noted stays noted."""
    action = msgspec.structs.replace(parse_action(data["text"], data["channel"]), faults=tuple(data["faults"]))
    results = tuple(_result_in(result, assets) for result in data["results"])
    if len(results) != len(action.calls):
        raise TraceError(f"a turn holds {len(action.calls)} calls but {len(results)} results")
    sampling = msgspec.convert(data["sampling"], Sampling) if "sampling" in data else None
    return Step(action, results, tuple(data["told"]), sampling)


def _result_out(result: ToolResult) -> dict[str, Any]:
    bare = msgspec.to_builtins(msgspec.structs.replace(result, assets=()))
    return {**bare, "assets": [asset.id for asset in result.assets]}


def _result_in(data: dict[str, Any], assets: dict[str, Asset]) -> ToolResult:
    bare = msgspec.convert({**data, "assets": []}, ToolResult)
    return msgspec.structs.replace(bare, assets=tuple(assets[asset_id] for asset_id in data["assets"]))


def encode(trajectory: Trajectory) -> bytes:
    """Return a record as one line of JSON, without the newline."""
    return orjson.dumps(to_json(trajectory))


def append_trace(path: str | Path, trajectory: Trajectory) -> None:
    """Add a record to a JSONL file. The line is written in one piece: a killed process loses at most that line."""
    with Path(path).open("ab") as file:
        file.write(encode(trajectory) + b"\n")


def write_traces(path: str | Path, trajectories: Iterable[Trajectory]) -> None:
    """Write records to a new JSONL file, line by line."""
    Path(path).write_bytes(b"")
    for trajectory in trajectories:
        append_trace(path, trajectory)


def read_traces(path: str | Path) -> Iterator[Trajectory]:
    """Yield the records of a JSONL file. A last line without its newline, cut by a killed process, is left out.

    Raises:
        TraceError: A line is no record; the message names file and line.
    """
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield from_json(orjson.loads(line))
            except (ValueError, TraceError) as error:
                if not line.endswith(b"\n") and not isinstance(error, TraceError):
                    return
                raise TraceError(f"{path}: line {number}: {error}") from error


def _media_of(settings: Mapping[str, Any]) -> MediaDB:
    """Return the media database of a record; one of the user's own must be as it was."""
    recorded = settings.get("media") or {}
    media = MediaDB(recorded.get("path"), settings.get("match", "prompt"))
    if recorded and media.version != recorded["version"]:
        raise ReplayMismatch(f"the media database {media.path} has changed since the record was made")
    return media


def replay(trajectory: Trajectory, toolbox: Toolbox | None = None, faults: FaultModel | None = None) -> Trajectory:
    """Execute a record's actions again from its seeds and prove that everything comes out equal.

    Args:
        trajectory: A record made by the simulators.
        toolbox: The tools it was made with; default the shipped ones.
        faults: The weather, if it was not one of the named profiles.

    Returns:
        The new record, equal to the old.

    Raises:
        ReplayMismatch: Naming the first thing that differs.
    """
    settings = trajectory.settings
    box = toolbox or load_toolbox()
    episode = Episode(
        trajectory.task,
        box,
        seed=trajectory.seed,
        world_seed=trajectory.world_seed,
        offered=tuple(box) if settings.get("tools") == "all" else None,
        faults=faults or _faults_of(settings),
        media=_media_of(settings),
        settings=settings,
        **{name: settings[name] for name in _EPISODE_SETTINGS if name in settings},
    )
    for number, step in enumerate(trajectory.steps):
        again = episode.act(parse_action(step.action.text, step.action.channel))
        if _differ(_step_out(again), _step_out(msgspec.structs.replace(step, sampling=None))):
            raise ReplayMismatch(f"turn {number}: the record says {step.told!r:.300}, the replay {again.told!r:.300}")
    if trajectory.truncated_by not in ("", *_OWN_LIMITS) and not episode.over:
        episode.cut(trajectory.truncated_by)
    record = episode.record()
    new, old = to_json(record), to_json(trajectory)
    for name in ("assets", "terminated", "truncated_by"):
        if _differ(new[name], old[name]):
            raise ReplayMismatch(f"{name} of the record and of the replay differ")
    return record


def _faults_of(settings: Mapping[str, Any]) -> FaultModel:
    """Return the weather of a record: a named profile, with the defects it was given."""
    named = load_faults(settings["faults"])
    return msgspec.structs.replace(named, defects=settings.get("defects", named.defects))


def _differ(one: Any, other: Any) -> bool:
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) != orjson.dumps(other, option=orjson.OPT_SORT_KEYS)


_OWN_LIMITS = ("turns", "context", "budget")
"""What an episode cuts itself by; anything else came from outside, such as a trainer's budget of tokens."""
_EPISODE_SETTINGS = ("max_turns", "budget_usd", "max_context", "lang", "url_style")
