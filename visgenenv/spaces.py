"""Spaces that Gymnasium lacks: any Unicode text, right in every kind of vector environment; and samples of a schema."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from string import printable
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from gymnasium import spaces
from gymnasium.vector.utils import batch_space, create_shared_memory, read_from_shared_memory, write_to_shared_memory

Sampler = Callable[[np.random.Generator], str]

_TABLES = {name: value for name, value in vars(spaces.Text(1, charset=printable)).items() if name.startswith("_char")}
"""What `Text` knows of its characters, 12 KB: shared, as there may be two spaces in each of 10,000 environments."""

if TYPE_CHECKING:  # generic from Gymnasium 1.3 on
    _Tuple = spaces.Tuple[Any]
else:
    _Tuple = spaces.Tuple


class Unicode(spaces.Text):
    """All texts of valid Unicode up to `max_length` characters.

    Gymnasium's `Text` knows a fixed charset (its default lacks even the space), copies it per environment and is
    read only once from shared memory; this one costs 0.1 us per `contains` and may be sampled.

    Args:
        max_length: Characters, not bytes.
        sampler: Draws a sample from a generator; default: up to 64 printable characters.
        seed: Of the space's own generator.

    Example:
        >>> "一只狐狸" in Unicode(10), "\\ud800" in Unicode(10), "x" * 11 in Unicode(10)
        (True, False, False)
    """

    def __init__(self, max_length: int = 65_536, sampler: Sampler | None = None, seed: int | None = None):
        spaces.Space.__init__(self, dtype=str, seed=seed)
        self.min_length, self.max_length, self.sampler = 0, max_length, sampler
        self.__dict__.update(_TABLES)

    def contains(self, x: Any) -> bool:
        """Whether `x` is a `str` of valid Unicode, short enough."""
        if not isinstance(x, str) or len(x) > self.max_length:
            return False
        if x.isascii():
            return True
        try:
            x.encode()
        except UnicodeEncodeError:
            return False
        return True

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """Draw a text; masks of `Text` do not apply here."""
        if mask is not None or probability is not None:
            raise ValueError("Unicode.sample takes no mask and no probability")
        if self.sampler is not None:
            return self.sampler(self.np_random)
        picks = self.np_random.integers(0, len(printable), size=int(self.np_random.integers(0, 65)))
        return "".join(printable[i] for i in picks)

    @property
    def is_np_flattenable(self) -> bool:
        """A text of any script has no fixed flat form."""
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unicode) and other.max_length == self.max_length

    def __hash__(self) -> int:
        return self.max_length

    def __repr__(self) -> str:
        return f"Unicode({self.max_length})"


class UnicodeBatch(_Tuple):
    """The batch of a `Unicode` space: `n` times the same space object, not `n` deep copies."""

    def __init__(self, space: Unicode, n: int):
        super().__init__([space] * n)

    def __deepcopy__(self, memo: dict[int, Any]) -> UnicodeBatch:
        return UnicodeBatch(self.spaces[0], len(self.spaces))  # type: ignore[arg-type]


@batch_space.register(Unicode)
def _batch_unicode(space: Unicode, n: int = 1) -> UnicodeBatch:
    return UnicodeBatch(space, n)


class _SharedTexts(Sequence[str]):
    """A live view of texts in shared memory: four bytes of length and UTF-8, one slot an environment.

    Gymnasium reads shared memory once, at construction, and hands out (deep copies of) that object at every step;
    so the object itself must look up the texts, and a deep copy of it is the tuple of what they are now.
    """

    def __init__(self, memory: Any, slot: int, n: int):
        self._memory, self._slot, self._n = memory, slot, n

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return tuple(self)[index]
        if not -self._n <= index < self._n:
            raise IndexError(index)
        start = (index % self._n) * self._slot
        buffer = memoryview(self._memory.get_obj()).cast("B")
        length = int.from_bytes(buffer[start : start + 4], "little")
        return str(buffer[start + 4 : start + 4 + length], "utf-8")

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(self._n))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def __deepcopy__(self, memo: dict[int, Any]) -> tuple[str, ...]:
        return tuple(self)


def _slot(space: Unicode) -> int:
    """Bytes a text may need: four for its length, four for each character at most."""
    return 4 + 4 * space.max_length


@create_shared_memory.register(Unicode)
def _create_shared(space: Unicode, n: int = 1, ctx: Any = None) -> Any:
    return ctx.Array(ctypes.c_ubyte, n * _slot(space))


@read_from_shared_memory.register(Unicode)
def _read_shared(space: Unicode, shared_memory: Any, n: int = 1) -> _SharedTexts:
    return _SharedTexts(shared_memory, _slot(space), n)


@write_to_shared_memory.register(Unicode)
def _write_shared(space: Unicode, index: int, values: str, shared_memory: Any) -> None:
    data = values.encode()
    if len(values) > space.max_length:
        raise ValueError(f"a text of {len(values)} characters does not fit {space!r}")
    start = index * _slot(space)
    buffer = memoryview(shared_memory.get_obj()).cast("B")
    buffer[start : start + 4] = len(data).to_bytes(4, "little")
    buffer[start + 4 : start + 4 + len(data)] = data


_WORDS = (
    "fox",
    "city",
    "morning",
    "light",
    "soft",
    "felt",
    "red",
    "child",
    "slow",
    "music",
    "狐狸",
    "城市",
    "清晨",
    "温暖",
)


_FORMS = ("#3366CC", "#FFFFFF80", "1024*1024", "1328*1328", "1024x1024", "1024:1024", "2026-01-31", "16:9")
"""Texts of the forms that tool documents ask for by pattern."""


def sample_schema(schema: dict[str, Any], rng: np.random.Generator, refs: Sequence[str] = ()) -> Any:
    """Draw a value that fits a JSON schema of the kind the tool documents use.

    Args:
        schema: `type`, `enum`, `const`, bounds, `items`, `properties`, `required`; cross rules are not looked at.
        rng: Where chance comes from.
        refs: Urls to draw from where a string has `format: asset-url`; may be empty.

    Example:
        >>> sample_schema({"type": "integer", "minimum": 3, "maximum": 3}, np.random.default_rng(0))
        3
    """
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][int(rng.integers(len(schema["enum"])))]
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = kind[int(rng.integers(len(kind)))]
    draw = _SAMPLERS.get(kind)
    if draw is None:
        raise ValueError(f"cannot sample a schema of type {kind!r}")
    return draw(schema, rng, refs)


def _object(schema: dict[str, Any], rng: np.random.Generator, refs: Sequence[str]) -> dict[str, Any]:
    required = schema.get("required", ())
    chosen = {n: s for n, s in schema.get("properties", {}).items() if n in required or rng.random() < 0.35}
    return {name: sample_schema(part, rng, refs) for name, part in chosen.items()}


def _array(schema: dict[str, Any], rng: np.random.Generator, refs: Sequence[str]) -> list[Any]:
    low = schema.get("minItems", 0)
    high = min(schema.get("maxItems", low + 3), low + 3)
    return [sample_schema(schema.get("items", {}), rng, refs) for _ in range(int(rng.integers(low, high + 1)))]


def _integer(schema: dict[str, Any], rng: np.random.Generator, refs: Sequence[str]) -> int:
    low = schema.get("minimum", 0)
    return int(rng.integers(low, schema.get("maximum", low + 100), endpoint=True))


def _number(schema: dict[str, Any], rng: np.random.Generator, refs: Sequence[str]) -> float:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 0.01)
    return round(float(rng.uniform(low, schema.get("maximum", low + 10))), 2)


def _string(schema: dict[str, Any], rng: np.random.Generator, refs: Sequence[str]) -> str:
    if schema.get("format") == "asset-url":
        return refs[int(rng.integers(len(refs)))] if refs else "asset://img_00000000.png"
    if "pattern" in schema:
        fitting = [text for text in _FORMS if re.search(schema["pattern"], text)]
        return fitting[int(rng.integers(len(fitting)))] if fitting else ""
    words = (_WORDS[int(i)] for i in rng.integers(0, len(_WORDS), size=int(rng.integers(1, 8))))
    return " ".join(words)[: schema.get("maxLength", 80)]


_SAMPLERS: dict[str, Callable[[dict[str, Any], np.random.Generator, Sequence[str]], Any]] = {
    "object": _object,
    "array": _array,
    "integer": _integer,
    "number": _number,
    "string": _string,
    "boolean": lambda schema, rng, refs: bool(rng.integers(2)),
    "null": lambda schema, rng, refs: None,
}


def random_call(tools: Sequence[dict[str, Any]], rng: np.random.Generator, refs: Sequence[str] = ()) -> str:
    """Write a turn with one think and one random call to one of the tools (OpenAI function schemas).

    The arguments fit the tool's schema; its cross rules and preconditions are left to chance.
    """
    tool = tools[int(rng.integers(len(tools)))]["function"]
    arguments = sample_schema(tool["parameters"], rng, refs)
    call = orjson.dumps({"name": tool["name"], "arguments": arguments}).decode()
    return f"<think>\nTry {tool['name']}, draw {int(rng.integers(1_000_000))}.\n</think>\n\n<tool_call>\n{call}\n</tool_call>"
