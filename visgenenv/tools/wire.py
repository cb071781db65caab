"""What a policy is told of a result: the public JSON, and nothing of the recipe."""

from __future__ import annotations

import re
from typing import Any

import orjson

from visgenenv.types import Asset, ToolError, ToolResult

MAX_RESULT_CHARS = 16_000
"""A longer result is cut, with a marker that names the text asset which holds the whole."""

_TAG = re.compile(r"</?tool_|<\|")
"""What an echoed text could imitate; its '<' is then written as the JSON escape, which reads the same."""


def public_asset(asset: Asset) -> dict[str, Any]:
    """Return the public description of an asset: `url, kind` and the numbers that apply to its kind."""
    if asset.kind == "image":
        return {"url": asset.url, "kind": "image", "width": asset.width, "height": asset.height}
    public: dict[str, Any] = {"url": asset.url, "kind": asset.kind}
    if asset.kind == "video":
        public |= {"width": asset.width, "height": asset.height, "fps": _fps(asset), "has_audio": asset.has_audio}
    if asset.kind == "audio":
        public |= {"sample_rate": asset.sample_rate, "channels": asset.channels}
    if asset.kind in ("video", "audio"):
        public["duration"] = round(asset.duration, 3)
    if asset.subtype:
        public["subtype"] = asset.subtype
    return public


def _fps(asset: Asset) -> int | float:
    numerator, denominator = asset.fps
    return numerator if denominator == 1 else round(numerator / denominator, 3)


def encode_result(result: ToolResult) -> str:
    """Write a result as the JSON text of one tool message, at most `MAX_RESULT_CHARS` characters."""
    usage, error = result.usage, result.error
    bill = {"latency_s": usage.latency_s, "cost_usd": usage.cost_usd}
    told: dict[str, Any]
    if error is None:
        made = [public_asset(asset) for asset in result.assets]
        told = {"status": "success", "assets": made, "data": result.data, "usage": bill}
    else:
        told = {"status": "error", "error": _public_error(error), "usage": bill}
    text = orjson.dumps(told).decode()
    if "<" in text and _TAG.search(text):
        text = text.replace("<", "\\u003c")
    if len(text) <= MAX_RESULT_CHARS:
        return text
    whole = next((f"; the whole text is {asset.url}" for asset in result.assets if asset.kind == "text"), "")
    return shorten(text, MAX_RESULT_CHARS, whole)


def _public_error(error: ToolError) -> dict[str, Any]:
    told = {
        "type": error.type,
        "http_status": error.http_status,
        "vendor_code": error.vendor_code,
        "message": error.message,
        "retryable": error.retryable,
        "charged": error.charged,
    }
    return told | {"task_id": error.task_id} if error.task_id else told


def shorten(text: str, limit: int, whole: str = "") -> str:
    """Cut a result's text to at most `limit` characters.

    The result stays JSON: `data` is replaced by `{"cut": its beginning, "note": how much is shown}`. Only where even
    that does not fit is the text itself cut, with the same note at its end.
    """
    if len(text) <= limit:
        return text
    note = f"cut: the whole result has {len(text)} characters{whole}"
    for share in (0.9, 0.75, 0.5, 0.25, 0.0):
        shorter = _with_less_data(text, int(share * limit), note)
        if len(shorter) <= limit:
            return shorter
    marker = f"…[{note}]"
    return text[: max(limit - len(marker), 0)] + marker


def _with_less_data(text: str, room: int, note: str) -> str:
    """Return a result's JSON with at most `room` characters of its data; a text that is no result comes back whole."""
    try:
        told = orjson.loads(text)
    except ValueError:
        return text
    if "data" not in told:
        return text
    told["data"] = {"cut": orjson.dumps(told["data"]).decode()[:room], "note": note}
    return orjson.dumps(told).decode().replace("<", "\\u003c")
