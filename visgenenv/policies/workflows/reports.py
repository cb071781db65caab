"""Reading what an analysis of quality reports: which defects in which of the files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_NUMBERED = re.compile(r"^\s*(?:picture|image|photo|图片|图像|画面|图)\s?(\d{1,2})\s?[:：]\s*(.+)$", re.IGNORECASE)


def defects_in(issues: Sequence[Any], kind: str, n: int) -> list[list[str]]:
    """Return the defects of each of `n` files, from the `issues` of an analysis.

    Issues of several pictures are texts that begin with the picture's number, from 1; those of films are objects with
    `text` and, if there are several, the film's index from 0. What cannot be placed is nobody's.

    >>> defects_in(["picture 2: the picture is blurred"], "image", 2)
    [[], ['the picture is blurred']]
    >>> defects_in([{"timestamp": 1.5, "text": "the picture flickers", "video": 0}], "video", 2)
    [['the picture flickers'], []]
    """
    found: list[list[str]] = [[] for _ in range(n)]
    for issue in issues:
        place, text = _placed(issue, kind, n)
        if text and 0 <= place < n and text not in found[place]:
            found[place].append(text)
    return found


def _placed(issue: Any, kind: str, n: int) -> tuple[int, str]:
    if isinstance(issue, dict):
        place = issue.get(kind, 0 if n == 1 else -1)
        return (place if isinstance(place, int) else -1), str(issue.get("text") or "").strip()
    text = str(issue)
    match = _NUMBERED.match(text)
    if match:
        return int(match[1]) - 1, match[2].strip()
    return (0 if n == 1 else -1), text.strip()
