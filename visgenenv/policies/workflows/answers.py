"""The last turn: what is delivered, and how it is said."""

from __future__ import annotations

from collections.abc import Sequence

from visgenenv.policies.workflows.turns import Turn
from visgenenv.policies.workflows.words import say
from visgenenv.types import Lang


def deliver(urls: Sequence[str], wanted: int, summary: str, lang: Lang) -> Turn:
    """Return the answer that cites exactly the deliverables; honest about what is missing."""
    if not urls:
        answer = {"task_status": "failed", "answer_url_list": [], "summary": say("summary_none", lang)}
        return Turn(say("none", lang), answer=answer)
    complete = len(urls) >= wanted
    shown = ", ".join(urls[:4]) + (" …" if len(urls) > 4 else "")
    think = say("done", lang, n=len(urls), urls=shown) if complete else say("short", lang, n=len(urls), wanted=wanted)
    status = "success" if complete else "partial"
    return Turn(think, answer={"task_status": status, "answer_url_list": list(urls), "summary": summary})
