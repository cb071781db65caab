"""Reading the text tables beside this module: phrases and scenarios, each with a part for training and one for tests."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from msgspec import Struct

from visgenenv.lexicon import STYLES, SUBJECTS

Pair = tuple[str, str]
"""The same in English and Chinese."""
Part = Literal["train", "test"]

_HERE = Path(__file__).parent
_TEST_SUBJECTS = (
    "owl,koala,octopus,hedgehog,giraffe,dolphin,wolf,squirrel,turtle,unicorn,tiger,elephant,parrot,penguin,"
    "wizard,chef,grandmother,dancer,mermaid,woman,motorcycle,helicopter,sailing boat,train,rose,cactus,maple leaf,"
    "strawberry,coffee cup,donut,burger,dumpling,lemon,ice cream,watch,phone,projector,umbrella,clock,perfume,dress,"
    "sneaker,chair,piano,drum,teddy bear,lantern,shield"
)
TEST_SUBJECTS = frozenset(_TEST_SUBJECTS.split(","))
TEST_STYLES = frozenset({"ink", "pixel art", "paper cut", "oil painting", "sketch", "black and white"})
_BRANDS: dict[Part, tuple[Pair, ...]] = {
    "train": (
        ("Lumora", "沐语"), ("Tessel", "拾光"), ("Kivo", "乐沃"), ("Brindle", "知微"), ("Oakline", "启程"),
        ("Nuvia", "若安"), ("Pommel", "初禾"), ("Sundra", "与之"), ("Velt", "言几"), ("Marlo", "欣悦"),
    ),
    "test": (
        ("Quenby", "朗逸"), ("Ostra", "观止"), ("Halvex", "诺雅"), ("Zephira", "百川"), ("Dunmore", "思齐"),
        ("Ibex & Co", "允中"), ("Yarrow", "静好"), ("Cobalto", "致远"),
    ),
}  # fmt: skip


class Domain(Struct, frozen=True):
    """A field of life that requests come from: who asks, what for, what there is to explain."""

    name: Pair
    company: Pair
    occasion: Pair
    matter: Pair


class Steps(Struct, frozen=True):
    """Something that can be shown step by step, and the field of life it belongs to."""

    topic: Pair
    domain: str
    rows: tuple[Pair, ...]


class Material(Struct, frozen=True):
    """All words of one part. Nothing in it stands in the other part's as well, apart from colours and places."""

    part: Part
    pools: dict[str, tuple[tuple[str, ...], ...]]
    """Phrases by name: pairs, or pairs followed by a spoken line in both languages."""
    steps: tuple[Steps, ...]
    domains: tuple[Domain, ...]
    subjects: dict[str, tuple[str, ...]]
    """Lexicon subjects by category."""
    styles: tuple[str, ...]
    brands: tuple[Pair, ...]

    def pairs(self, pool: str, kind: str = "") -> tuple[Pair, ...]:
        """Return the phrases of a pool without their spoken lines, with those for some kind of thing or field."""
        return _pairs(self.part, pool, kind)


@lru_cache(maxsize=512)
def _pairs(part: Part, pool: str, kind: str) -> tuple[Pair, ...]:
    pools = material(part).pools
    rows = (*pools.get(pool, ()), *(pools.get(f"{pool}: {kind}", ()) if kind else ()))
    return tuple((row[0], row[1]) for row in rows)


@lru_cache(maxsize=2)
def material(part: Part) -> Material:
    """Return the words of a part."""
    pools = read_rows(_HERE / "phrases" / f"{part}.txt")
    steps = tuple(_steps(name, rows) for name, rows in pools.items() if name.startswith("steps: "))
    subjects: dict[str, list[str]] = {}
    for name, entry in SUBJECTS.items():
        if (name in TEST_SUBJECTS) == (part == "test"):
            subjects.setdefault(entry.category, []).append(name)
    return Material(
        part,
        {name: rows for name, rows in pools.items() if not name.startswith("steps: ")},
        steps,
        _domains(part),
        {category: tuple(names) for category, names in subjects.items()},
        tuple(name for name in STYLES if (name in TEST_STYLES) == (part == "test")),
        _BRANDS[part],
    )


def _steps(name: str, rows: tuple[tuple[str, ...], ...]) -> Steps:
    english, chinese, domain = (cell.strip() for cell in name.removeprefix("steps: ").split("|"))
    return Steps((english, chinese), domain, tuple((row[0], row[1]) for row in rows))


def read_rows(path: Path) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Read a table of sections (`# name`) with rows of cells (`a | b`); blank lines do not matter."""
    sections: dict[str, list[tuple[str, ...]]] = {}
    name = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# "):
            name = line[2:].strip()
            sections[name] = []
        elif line.strip():
            sections[name].append(tuple(cell.strip() for cell in line.split("|")))
    return {name: tuple(rows) for name, rows in sections.items()}


def _domains(part: Part) -> tuple[Domain, ...]:
    """Read `domains.txt`: the name, then company, occasion and matter, each for training and for tests."""
    shift = part == "test"
    found = []
    for line in (_HERE / "domains.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            cells = [_pair(cell, "=") for cell in line.split("|")]
            found.append(Domain(cells[0], cells[1 + shift], cells[3 + shift], cells[5 + shift]))
    return tuple(found)


def _pair(cell: str, mark: str) -> Pair:
    english, chinese = (word.strip() for word in cell.split(mark))
    return english, chinese
