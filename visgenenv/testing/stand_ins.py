"""Stand-ins for assets, so that a call that cites some can be tried by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import structs

from visgenenv.tools.references import looks_like_asset
from visgenenv.tools.workspace import Workspace
from visgenenv.types import KIND_PREFIX, Asset, Recipe


def stand_in(reference: str, given: Mapping[str, Any] | None = None) -> Asset:
    """Return an asset under the id that `reference` cites, so that a call citing it can be tried.

    Pictures are 1024x1024, films 8 s of 1280x720 with sound, sounds 30 s of speech, texts two sentences.

    Args:
        reference: The url or the id.
        given: What is special about it: fields of `Asset`, or `text` (of a text; repeated `times`), or
            `recipe` (`{"node": ..., "params": {...}}`).

    Example:
        >>> stand_in("asset://vid_abcd1234.mp4", {"n_frames": 48}).duration
        2.0
    """
    asset_id = reference.removeprefix("asset://").partition(".")[0]
    kind: Any = next(kind for kind, prefix in KIND_PREFIX.items() if prefix == asset_id[:3])
    extension, mime, (node, params), exact = _STAND_INS[kind]
    special = dict(given or {})
    if "text" in special:
        params = {"text": special.pop("text") * special.pop("times", 1)}
    recipe = Recipe(**({"node": node, "params": params} | special.pop("recipe", {})), seed=f"stand-in:{asset_id}")
    asset = Asset(asset_id, f"asset://{asset_id}.{extension}", kind, mime, recipe, content_root=asset_id, **exact)
    return structs.replace(asset, **{name: _tuples(value) for name, value in special.items()})


def stocked(arguments: Any, given: Mapping[str, Mapping[str, Any]] | None = None, seed: int = 0) -> Workspace:
    """Return a workspace that holds a stand-in for every asset that arguments cite and for every one `given`.

    Ids that hold the word "missing" are left out, so that a call can cite what does not exist.
    """
    workspace, given = Workspace(seed=seed), given or {}
    for reference in (*given, *_strings(arguments)):
        asset_id = reference.removeprefix("asset://").partition(".")[0]
        if looks_like_asset(reference) and "missing" not in reference and asset_id not in workspace.assets:
            workspace.assets[asset_id] = stand_in(reference, given.get(asset_id))
    return workspace


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


_STAND_INS: dict[str, tuple[str, str, tuple[str, dict[str, Any]], dict[str, Any]]] = {
    "image": ("png", "image/png", ("scene", {"prompt": "a red fox"}), {"width": 1024, "height": 1024}),
    "video": (
        "mp4",
        "video/mp4",
        ("shot", {"prompt": "a red fox runs", "seconds": 8.0, "audio": True}),
        {"width": 1280, "height": 720, "n_frames": 192, "fps": (24, 1), "has_audio": True, "sample_rate": 48000,
         "channels": 2},
    ),
    "audio": (
        "wav",
        "audio/wav",
        ("speech", {"text": "Hello.", "voice_id": "", "speed": 1.0, "pitch": 0, "vol": 1.0, "emotion": "neutral",
                    "language": "en", "seconds": 30.0}),
        {"n_samples": 1_323_000, "sample_rate": 44100, "channels": 2},
    ),
    "text": ("txt", "text/plain", ("document", {"text": "A red fox repairs the lanterns. The valley glows."}), {}),
    "subtitle": ("srt", "application/x-subrip", ("document", {"text": "1\n00:00:00,000 --> 00:00:02,000\nHello.\n"}), {}),
    "document": ("html", "text/html", ("document", {"text": "<html><body>Hello.</body></html>"}), {}),
}  # fmt: skip
