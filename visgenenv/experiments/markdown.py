"""Tables in Markdown, as the pages of docs/experiments show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table: the first column to the left, the others, which are numbers, to the right.

    Example:
        >>> print(table(["stage", "reward"], [["PST", "0.244"]]))
        | stage | reward |
        | --- | ---: |
        | PST | 0.244 |
    """
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
