"""The words of a workflow: calls, wishes and turns; and `obtain`, which insists until every wish is fulfilled.

A workflow is a generator: it yields a `Turn` and is sent the results of its calls. Whatever goes wrong with a call
is dealt with in `obtain`, so that the workflows themselves read as if nothing ever did.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from msgspec import Struct, field

from visgenenv.policies.workflows.words import reworded, say
from visgenenv.types import Lang

Result = dict[str, Any]
"""A tool result as the policy reads it: `status`, `assets`, `data` or `error`."""
Picture = dict[str, Any]
"""The public description of an asset in a result: `url`, `kind`, sizes."""

MAX_CALLS = 24
"""Calls in one turn; the environment takes 32."""
_RETRIES = 4
_REWORDINGS = 3
_PATIENCE = 12
AGENT = frozenset(
    [
        "INVALID_ARGUMENT",
        "ASSET_NOT_FOUND",
        "UNSUPPORTED_FORMAT",
        "TOO_LARGE",
        "PRECONDITION_FAILED",
        "BAD_CALL",
        "UNKNOWN_TOOL",
        "TOOL_NOT_AVAILABLE",
    ]
)
"""Types of error that are the caller's own fault."""


class Step(Struct, frozen=True):
    """One line of a plan. `deps` are the numbers of earlier lines, from 1."""

    goal: str
    tool: str
    n: int = 1
    deps: tuple[int, ...] = ()
    deliver: bool = False


class Call(Struct, frozen=True):
    """A tool call to be written."""

    name: str
    arguments: dict[str, Any]


class Turn(Struct, frozen=True):
    """One assistant turn before it becomes text."""

    think: str
    calls: tuple[Call, ...] = ()
    plan: tuple[Step, ...] | None = None
    answer: dict[str, Any] | None = None
    reflect: tuple[dict[str, Any], ...] = ()
    """What was found when results were looked at: `asset, verdict, defects, action` each (specification 3.2)."""
    raw: str = ""
    """If not empty, the turn as it is written, whatever it breaks."""


class Way(Struct, frozen=True):
    """One way to fulfil a wish: a tool and its arguments.

    `wording` is the argument that may be reworded when it is blocked, `number` the one that says how many outputs
    are wanted, at most `batch` in a call.
    """

    name: str
    arguments: dict[str, Any]
    wording: str = ""
    number: str = ""
    batch: int = 1


class Wish(Struct, frozen=True):
    """Something to be made: what it is (for thinking about it), how many, and the ways to get it, best first.

    One that `tells` wants to know something: the whole result is what it gets.
    """

    label: str
    ways: tuple[Way, ...]
    n: int = 1
    tells: bool = False


class _Errand(Struct):
    """How far one wish has come."""

    wish: Wish
    got: list[Picture] = field(default_factory=list)
    way: int = 0
    tries: int = 0
    failures: int = 0
    wordings: int = 0
    trouble: str = ""

    @property
    def open(self) -> bool:
        return len(self.got) < self.wish.n and self.failures < _PATIENCE and self.way < len(self.wish.ways)

    def call(self, lang: Lang) -> Call:
        """Return the call to make now."""
        way = self.wish.ways[self.way]
        arguments = dict(way.arguments)
        if way.number:
            arguments[way.number] = min(way.batch, self.wish.n - len(self.got))
        if way.wording and self.wordings:
            arguments[way.wording] = reworded(way.wording, arguments[way.wording], self.wordings)
        return Call(way.name, arguments)

    def take(self, result: Result) -> None:
        """Note what came: assets, or trouble and what to do about it."""
        if result.get("status") == "success" and self.wish.tells:
            self.got.append(result)
            return
        if result.get("status") == "success" and _is_silent(result):
            self.trouble = "NEAR_SILENT"
            self.failures += 1
            self.wordings += 1
            return
        if result.get("status") == "success" and result.get("assets"):
            self.got.extend(result["assets"][: self.wish.n - len(self.got)])
            self.trouble = (
                "PARTIAL_RESULT" if len(self.got) < self.wish.n and result.get("data", {}).get("failed") else ""
            )
            self.tries = 0
            return
        error = result.get("error") or {}
        self.trouble = str(error.get("type") or "EMPTY_RESULT")
        self.failures += 1
        self.tries += 1
        if self.trouble == "CONTENT_BLOCKED":
            self.wordings += 1
            patience = _REWORDINGS
        else:
            stubborn = self.trouble in AGENT or not error.get("retryable", True)
            patience = 1 if stubborn else _RETRIES
        if self.tries >= patience:
            self._turn_to_the_next_way()

    def _turn_to_the_next_way(self) -> None:
        """Try another tool; after the last one begin again with the first, as long as patience holds."""
        self.tries = 0
        last = self.way + 1 >= len(self.wish.ways)
        if last and self.trouble in AGENT:
            self.way = len(self.wish.ways)
        else:
            self.way = 0 if last else self.way + 1


def _is_silent(result: Result) -> bool:
    """Whether a service says of its own result that there is next to nothing to hear."""
    return any("silent" in str(text) for text in (result.get("data") or {}).get("warnings") or ())


Work = Generator[Turn, list[Result], None]
"""A whole workflow."""


def obtain(
    wishes: Sequence[Wish], think: str, lang: Lang, plan: tuple[Step, ...] | None = None
) -> Generator[Turn, list[Result], list[list[Picture]]]:
    """Call until every wish is fulfilled or hopeless; return the assets of each, in order.

    Independent calls share a turn. A transient error is retried, a blocked wording is changed, a tool that keeps
    failing is replaced by another that does the same, and of a partial result only the missing part is asked for.
    """
    errands = [_Errand(wish) for wish in wishes]
    first, round_number = True, 0
    while first or any(errand.open for errand in errands):
        now = [errand for errand in errands if errand.open][:MAX_CALLS]
        if not now:
            break
        round_number += 1
        thought = think if first else say_again(now, round_number, lang)
        results = yield Turn(thought, tuple(errand.call(lang) for errand in now), plan if first else None)
        for errand, result in zip(now, results, strict=False):
            errand.take(result)
        first = False
    return [errand.got for errand in errands]


def say_again(errands: Sequence[_Errand], round_number: int, lang: Lang) -> str:
    """Think about what failed in the last round and what is done about it."""
    failed = [errand for errand in errands if errand.trouble]
    if not failed:
        return say("continue", lang, n=len(errands), first=errands[0].wish.label, round=round_number)
    parts = []
    for trouble in dict.fromkeys(errand.trouble for errand in failed):
        labels = [errand.wish.label for errand in failed if errand.trouble == trouble]
        tool = next(errand for errand in failed if errand.trouble == trouble)
        key = {"CONTENT_BLOCKED": "blocked", "PARTIAL_RESULT": "partial", "NEAR_SILENT": "silent"}.get(
            trouble, "failed"
        )
        shown = ", ".join(labels[:4]) + (" …" if len(labels) > 4 else "")
        parts.append(say(key, lang, what=shown, error=trouble, tool=tool.wish.ways[tool.way].name))
    return say("round", lang, round=round_number, parts=" ".join(parts))
