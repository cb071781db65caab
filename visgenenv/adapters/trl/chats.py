"""Demonstrations and records as chats for supervised fine-tuning, shown exactly as a rollout would show them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
from datasets import Dataset
from PIL import Image

from visgenenv.adapters.lm.view import Gallery, Message, View
from visgenenv.demos.chat import read_chat
from visgenenv.errors import VisGenError
from visgenenv.media.looking import Looker
from visgenenv.tools import Toolbox, load_toolbox
from visgenenv.trace import read_traces
from visgenenv.trajectory import Trajectory

_CONTROL = re.compile(r"<\|(?=(?:im_start|im_end|endoftext|vision_start|vision_end|vision_pad|image_pad|video_pad)\|>)")
"""Control tokens that a policy spelt out: read again from text they would be the real ones."""


def shown(
    messages: Sequence[Message],
    schemas: Sequence[dict[str, Any]],
    lang: str,
    view: View,
    gallery: Gallery,
) -> tuple[list[Message], list[dict[str, Any]]]:
    """Return a whole conversation as a model under `view` reads it, and the tools for its chat template.

    Args:
        messages: System, request, then turns and tool results, plain strings.
        schemas: Of the tools on offer.
        lang: Of the instructions.
        view: What of it is shown.
        gallery: A new one; it draws the pictures, and knows afterwards what the links are called.
    """
    out = [*view.system(lang), {"role": "user", "content": view.request(messages[1], gallery)}]
    told: list[str] = []
    for message in messages[2:]:
        if message["role"] == "tool":
            told.append(message["content"])
            continue
        out += view.results(told, gallery) if told else []
        told = []
        out.append({"role": "assistant", "content": _CONTROL.sub("< |", gallery.written(message["content"]))})
    out += view.results(told, gallery) if told else []
    return out, view.tools(schemas)


def demo_dataset(folder: str | Path, view: View | None = None, *, limit: int | None = None) -> Dataset:
    """Return the demonstrations of a folder that `visgenenv demos` wrote; pictures stay files until a batch needs them.

    Args:
        folder: Holds `demos.jsonl` and, with `--images files`, the pictures.
        view: What of a conversation is shown.
        limit: Only the first so many.

    Raises:
        VisGenError: There are no demonstrations in the folder, or a picture is missing.
    """
    path = Path(folder) / "demos.jsonl"
    if not path.is_file():
        raise VisGenError(f"{folder}: there is no demos.jsonl here; `visgenenv demos --out {folder}` makes one")
    return _dataset((_demo_row(row, Path(folder), view or View()) for row in _rows(path, limit)), str(path))


def _rows(path: Path, limit: int | None) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if limit is not None and number >= limit:
                return
            try:
                yield orjson.loads(line)
            except ValueError as error:
                raise VisGenError(f"{path}: line {number + 1}: {error}") from error


def _demo_row(row: dict[str, Any], folder: Path, view: View) -> dict[str, Any]:
    files = {one["url"]: folder / one["file"] for one in row.get("pictures") or ()}
    missing = next((path for path in files.values() if not path.is_file()), None)
    if missing is not None and view.images != "none":
        raise VisGenError(f"{missing}: this picture is missing; make the demonstrations with --images files")
    found = shown(
        row["messages"], orjson.loads(row["tools"]), row["lang"], view,
        Gallery(view, lambda url: [files[url]] if url in files else []),
    )  # fmt: skip
    return _row(row["id"], *found)


def trace_dataset(
    records: str | Path | Iterable[Trajectory], view: View | None = None, toolbox: Toolbox | None = None
) -> Dataset:
    """Return records, or those of a trace file, as conversations to learn from.

    Args:
        records: Finished records, or the path of a trace file.
        view: What of a conversation is shown.
        toolbox: The one they were played with; default the shipped one.

    Example:
        >>> from visgenenv import ExpertPolicy, load_suite, rollout
        >>> records = rollout(ExpertPolicy(), [load_suite("paper")[1]], faults="none", progress=False)
        >>> trace_dataset(records)[0]["id"]
        'paper/elf-archer'
    """
    box, how = toolbox or load_toolbox(), view or View()
    found = read_traces(records) if isinstance(records, str | Path) else records
    return _dataset((_trace_row(record, how, box) for record in found), "the records")


def _trace_row(record: Trajectory, view: View, toolbox: Toolbox) -> dict[str, Any]:
    chat = read_chat(record, toolbox)
    look = Looker({asset.id: asset for asset in record.assets}, view.image_px)
    schemas = [orjson.loads(schema) for schema in chat.schemas]
    return _row(
        record.task.id, *shown(chat.messages, schemas, chat.lang, view, Gallery(view, look if chat.pictures else None))
    )


def _row(name: str, messages: list[Message], tools: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a conversation as plain columns: JSON text, and pictures in reading order as paths or PNG bytes."""
    pictures = [part["image"] for one in messages if isinstance(one["content"], list) for part in one["content"] if part["type"] == "image"]  # fmt: skip
    plain = [{**one, "content": _places(one["content"])} for one in messages]
    return {
        "id": name,
        "messages_json": orjson.dumps(plain).decode(),
        "tools_json": orjson.dumps(tools).decode(),
        "files": [str(one) for one in pictures if isinstance(one, Path)],
        "pixels": [_png(one) for one in pictures if not isinstance(one, Path)],
    }


def _places(content: Any) -> Any:
    if isinstance(content, str):
        return content
    return [{"type": "image"} if part["type"] == "image" else part for part in content]


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def opened(row: dict[str, Any], max_px: int) -> tuple[list[Message], list[dict[str, Any]]]:
    """Return a row's messages with opened pictures, none larger than `max_px`, and its tools."""
    sources: list[Any] = [*row["files"], *(io.BytesIO(one) for one in row["pixels"])]
    pictures = iter([_small(Image.open(one).convert("RGB"), max_px) for one in sources])
    messages = orjson.loads(row["messages_json"])
    for message in messages:
        if isinstance(message["content"], list):
            message["content"] = [
                {"type": "image", "image": next(pictures)} if part["type"] == "image" else part
                for part in message["content"]
            ]
    return messages, orjson.loads(row["tools_json"])


def _small(picture: Image.Image, max_px: int) -> Image.Image:
    if max(picture.size) > max_px:
        picture.thumbnail((max_px, max_px))
    return picture


def _dataset(rows: Iterable[dict[str, Any]], source: str) -> Dataset:
    found = list(rows)
    if not found:
        raise VisGenError(f"{source}: holds no demonstration")
    return Dataset.from_list(found)
