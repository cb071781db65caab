"""The table's columns in the paper's order, and how they become one number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

METRICS = 1
"""Version of everything a number in the table depends on in this package; raised whenever one may move."""

Sort = Literal["measured", "judged"]


class Column(Struct, frozen=True):
    """One column: its title in the table, the dimension of the tasks it is the mean over, and how it is found.

    A "measured" column follows from attributes of the delivered files. A "judged" one is a matter of taste: here it is
    computed from what the simulated media show (and called `(sim)`), or asked of a vision model.
    """

    title: str
    dimension: str
    sort: Sort


COLUMNS: tuple[Column, ...] = (
    Column("Creative", "creative", "judged"),
    Column("Match", "match", "judged"),
    Column("Object", "object", "judged"),
    Column("Scene", "scene", "judged"),
    Column("Style", "style", "judged"),
    Column("Variety", "variety", "judged"),
    Column("Amount", "amount", "measured"),
    Column("Duration", "duration", "measured"),
    Column("Storyboard", "storyboard", "measured"),
)
"""The nine dimensions of VisionCreator's Table 1; S-Rate and O-Score follow them in its Tables 2 and 4."""

DIMENSIONS = tuple(column.dimension for column in COLUMNS)
JUDGED = tuple(column.dimension for column in COLUMNS if column.sort == "judged")
S_RATE, O_SCORE = "S-Rate", "O-Score"


def o_score(cells: Mapping[str, float | None]) -> float | None:
    """Return the plain mean of the ten columns, by title: the nine dimensions and S-Rate.

    None if a cell is missing: a mean over fewer columns would be another number.

    >>> gpt5 = dict(zip([*(one.title for one in COLUMNS), "S-Rate"],
    ...     [0.683, 0.641, 0.593, 0.579, 0.638, 0.232, 0.620, 0.263, 0.660, 0.863]))
    >>> round(o_score(gpt5), 3)
    0.577
    """
    values = [cells.get(title) for title in (*(column.title for column in COLUMNS), S_RATE)]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None
