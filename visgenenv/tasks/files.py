"""Reading task files people write: one JSON object a line. Errors name file, line, field and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from visgenenv.errors import TaskError, did_you_mean
from visgenenv.types import Task

_PAIR = tuple[int, int]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Duration(_Row):
    seconds: float = Field(gt=0)
    scope: Literal["total", "each"] = "total"


class _Size(_Row):
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    exact: bool = False


class _Group(_Row):
    name: str = Field(min_length=1)
    kind: Literal["object", "scene", "style"]
    n_required: int = Field(ge=1)
    aliases: tuple[str, ...] = ()
    attrs: tuple[str, ...] = ()
    user_ref: str = ""


class _Upload(_Row):
    name: str = Field(min_length=1)
    kind: Literal["image", "video", "audio"]
    description: str
    width: int = Field(0, ge=0)
    height: int = Field(0, ge=0)
    duration: float = Field(0.0, ge=0)


class _Task(_Row):
    """The fields of `visgenenv.types.Task`, with the bounds that a type cannot say."""

    id: str = Field(min_length=1)
    lang: Literal["en", "zh"]
    query: str = Field(min_length=1)
    type: str = Field(pattern=r"^(image|video)\.([1-9]|1[0-9]|2[01])$")
    modality: Literal["image", "video"]
    count: _PAIR = (1, 1)
    dimension: str = ""
    scenario: str = ""
    split: str = ""
    difficulty: Literal["easy", "medium", "hard"] = "medium"
    uploads: tuple[_Upload, ...] = ()
    duration: _Duration | None = None
    shots: int | None = Field(None, ge=1)
    audio: tuple[Literal["bgm", "tts", "sfx"], ...] = ()
    subtitle: bool = False
    size: _Size | None = None
    groups: tuple[_Group, ...] = ()
    attributes: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    tool_pool: tuple[str, ...] = ()
    reference_length: int = Field(0, ge=0)
    source: str = ""

    @model_validator(mode="after")
    def _agrees(self) -> _Task:
        low, high = self.count
        if not 1 <= low <= high:
            raise ValueError(f"count: [{low}, {high}] is not a range that starts at 1 or more")
        if not self.type.startswith(self.modality):
            raise ValueError(f"type: {self.type!r} does not belong to modality {self.modality!r}")
        known = {upload.name for upload in self.uploads}
        for group in self.groups:
            if group.user_ref and group.user_ref not in known:
                raise ValueError(f"groups: user_ref {group.user_ref!r} is none of the uploads {sorted(known)}")
        return self


def read_tasks(path: str | Path) -> tuple[Task, ...]:
    """Read a JSONL file of tasks; blank lines are skipped, ids must be unique.

    Raises:
        TaskError: The file cannot be read, or a line is not a task; names file, line and field.
    """
    try:
        lines = Path(path).read_bytes().splitlines()
    except OSError as error:
        raise TaskError(f"{path}: {error.strerror or error}") from error
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    tasks = tuple(_parse(line, f"{path}:{number}") for number, line in numbered)
    _refuse_twins(tasks, str(path))
    return tasks


def task_from_dict(row: dict[str, Any], where: str = "task") -> Task:
    """Check one task given as a dict and return it.

    >>> task_from_dict({"id": "my/fox", "lang": "en", "query": "Draw a fox.", "type": "image.1", "modality": "image"}).id
    'my/fox'
    """
    try:
        checked = _Task.model_validate(row)
    except ValidationError as error:
        raise TaskError(f"{where}: {_sentence(error, row)}") from error
    return msgspec.convert(checked.model_dump(), Task)


def _parse(line: bytes, where: str) -> Task:
    try:
        row = orjson.loads(line)
    except ValueError as error:
        raise TaskError(f"{where}: not valid JSON: {error}") from error
    if not isinstance(row, dict):
        raise TaskError(f"{where}: expected a JSON object, found {type(row).__name__}")
    return task_from_dict(row, where)


def _sentence(error: ValidationError, row: dict[str, Any]) -> str:
    """Say the first fault of a row in one line."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = f"unknown field{did_you_mean(str(first['loc'][-1]), _Task.model_fields)}"
    elif first["type"] == "missing":
        message = "missing"
    return f"{place}: {message}" if place else message


def _refuse_twins(tasks: Iterable[Task], where: str) -> None:
    seen: set[str] = set()
    for task in tasks:
        if task.id in seen:
            raise TaskError(f"{where}: id {task.id!r} occurs twice")
        seen.add(task.id)
