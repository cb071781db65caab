"""A judge that asks a language model, through any endpoint that speaks OpenAI's chat completions."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from visgenenv.endpoint import Deadline, Pace, Unanswered, openai_module, run
from visgenenv.rewards.judges.base import Judge, PlanCase, TrajCase, Verdict
from visgenenv.rewards.judges.findings import Case, Finding, judge_one
from visgenenv.rewards.judges.prompts import TEMPLATE_HASH, Question, question_of
from visgenenv.rewards.judges.reading import Marks, median_marks, read_reply
from visgenenv.rewards.judges.rules import RuleJudge
from visgenenv.rewards.judges.transport import JudgeEndpoint, Message

if TYPE_CHECKING:
    from openai import AsyncOpenAI

VERSION = 1
"""Raised whenever the reading of replies changes, so that no cached verdict outlives it."""

_REPAIR = "Your reply could not be read: {problem}. Reply once more, with the one JSON object and nothing else."
_MAX_QUOTED_REPLY = 4_000
_NO_OFFLINE = "the offline judge gave no verdict"


class ChatJudge:
    """Judges with a language model.

    Args:
        base_url: Of the endpoint, up to and with `/v1`.
        model: As the endpoint names it.
        api_key: For endpoints that want one. It is never written anywhere.
        offline: Judges facets for which the model gave no valid evidence, and cases in which there is nothing to ask a
            model about: no readable step, no call. Default `RuleJudge()`.
        samples: Ask so many times and take the median, facet by facet. More than half must come back.
        temperature: Of the model.
        seed: Of the first sample; the next has the next.
        max_tokens: Of a reply.
        options: Further parameters of the request; None takes one out, as in `{"seed": None}`.
        structured: Whether to ask for JSON by `response_format`; None: find out once and remember.
        concurrency: Conversations at the same time.
        retries: After timeouts, broken connections, 408, 409, 429 and 5xx; `Retry-After` is kept.
        backoff_s: The first wait, give or take a quarter; each further one is twice as long.
        timeout_s: Of one attempt.
        deadline_s: Of one case with all its attempts; waiting for a free place and for the pace do not count.
        requests_per_minute: At most so many, evenly spaced; None: no limit.

    Cases that put the same question are asked once and share the verdict. A case that failed has the verdict None,
    and `report()` says how many there were and why.

    Example:
        >>> from visgenenv.rewards.judges import ChatJudge
        >>> judge = ChatJudge("http://localhost:8000/v1", "Qwen/Qwen3-8B")
        >>> judge.report()["judge_fail_rate"]
        0.0
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None = None,
        *,
        offline: Judge | None = None,
        samples: int = 1,
        temperature: float = 0.0,
        seed: int = 0,
        max_tokens: int = 1024,
        options: Mapping[str, Any] | None = None,
        structured: bool | None = None,
        concurrency: int = 32,
        retries: int = 4,
        backoff_s: float = 0.5,
        timeout_s: float = 30.0,
        deadline_s: float = 60.0,
        requests_per_minute: float | None = None,
    ):
        openai_module()
        if min(samples, concurrency) < 1 or retries < 0:
            raise ValueError("samples and concurrency are at least 1, retries at least 0")
        self.model = model
        self.offline = offline or RuleJudge()
        self.samples = samples
        self.seed = seed
        self.concurrency = concurrency
        self.deadline_s = deadline_s
        decoding = {"temperature": temperature, "max_tokens": max_tokens, **(options or {})}
        self.identity: dict[str, Any] = {
            "judge": "chat",
            "version": VERSION,
            "model": model,
            "template": TEMPLATE_HASH,
            "decoding": {**decoding, "seed": seed, "samples": samples, "structured": structured},
            "offline": getattr(self.offline, "identity", type(self.offline).__name__),
        }
        self.endpoint = JudgeEndpoint(
            base_url, model, api_key, options=decoding, structured=structured, retries=retries,
            backoff_s=backoff_s, timeout_s=timeout_s, pace=Pace(requests_per_minute),
        )  # fmt: skip
        self.counts: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()

    def judge_plan(self, case: PlanCase) -> Verdict | None:
        """Judge one plan; many at once are faster with `judge_plans`."""
        return self.find([case])[0].verdict

    def judge_traj(self, case: TrajCase) -> Verdict | None:
        """Judge one execution; many at once are faster with `judge_trajs`."""
        return self.find([case])[0].verdict

    def judge_plans(self, cases: Sequence[PlanCase]) -> list[Verdict | None]:
        """Judge plans at the same time, each question once."""
        return [finding.verdict for finding in self.find(cases)]

    def judge_trajs(self, cases: Sequence[TrajCase]) -> list[Verdict | None]:
        """Judge executions at the same time, each question once."""
        return [finding.verdict for finding in self.find(cases)]

    def find(self, cases: Sequence[Case]) -> list[Finding]:
        """Judge cases of any kind at the same time, and tell with each verdict what the model said."""
        questions = [question_of(case) if _askable(case) else None for case in cases]
        asking = {question.key: question for question in questions if question}
        replies = run(lambda: self._ask_all(list(asking.values()))) if asking else []
        shared: dict[str, Finding] = {}
        found = []
        samples = dict(zip(asking, replies, strict=True))
        for question, case in zip(questions, cases, strict=True):
            if question is None:
                found.append(self._offline(case))
                continue
            if question.key not in shared:
                shared[question.key] = self._finding(case, samples[question.key])
            found.append(shared[question.key])
        self._count(found, len(asking))
        return found

    def report(self) -> dict[str, Any]:
        """Return counts since the judge was made.

        `cases` came; `asked` questions were put to the model, `offline` cases held nothing to ask, and the rest were
        `shared` with an equal one; `replaced` facets had no evidence; `failed` cases got no verdict, and `problems`
        says why. `judge_fail_rate` is the share of cases that failed.
        """
        counted = {name: self.counts[name] for name in ("cases", "asked", "offline", "replaced", "repairs", "failed")}
        return {
            **counted,
            "shared": counted["cases"] - counted["asked"] - counted["offline"],
            "requests": self.endpoint.counts["requests"],
            "retries": self.endpoint.counts["retries"],
            "judge_fail_rate": counted["failed"] / max(1, counted["cases"]),
            "problems": dict(self.problems.most_common(10)),
        }

    def _count(self, found: list[Finding], asked: int) -> None:
        self.counts.update(cases=len(found), asked=asked)
        for finding in found:
            if finding.verdict is None:
                self.counts["failed"] += 1
                self.problems[finding.problem] += 1

    async def _ask_all(self, questions: list[Question]) -> list[list[_Sample]]:
        places = asyncio.Semaphore(self.concurrency)
        async with self.endpoint.client() as client:
            return await asyncio.gather(*(self._ask(client, one, places) for one in questions))

    async def _ask(self, client: AsyncOpenAI, question: Question, places: asyncio.Semaphore) -> list[_Sample]:
        """Hold the conversations about one question, one a sample."""

        async def sample(number: int) -> _Sample:
            async with places:
                return await self._converse(client, question, self.seed + number)

        return await asyncio.gather(*(sample(number) for number in range(self.samples)))

    async def _converse(self, client: AsyncOpenAI, question: Question, seed: int) -> _Sample:
        """Ask, and if the reply cannot be read, say why and ask once more."""
        started, deadline = time.monotonic(), Deadline(self.deadline_s)
        messages: list[Message] = [
            {"role": "system", "content": question.rubric},
            {"role": "user", "content": question.document},
        ]
        raw: list[str] = []
        read: Marks | str = ""
        while len(raw) < 2 and not isinstance(read, Marks):
            if raw:
                self.counts["repairs"] += 1
                messages.append({"role": "assistant", "content": raw[-1][:_MAX_QUOTED_REPLY]})
                messages.append({"role": "user", "content": _REPAIR.format(problem=read)})
            try:
                raw.append(await self.endpoint.ask(client, messages, question.schema, seed, deadline))
            except Unanswered as error:
                return _Sample(str(error), tuple(raw), time.monotonic() - started)
            read = read_reply(raw[-1], question)
        if isinstance(read, str):
            read = f"the reply cannot be read: {read}"
        return _Sample(read, tuple(raw), time.monotonic() - started)

    def _offline(self, case: Case) -> Finding:
        """Judge a case about which there is nothing to ask."""
        self.counts["offline"] += 1
        verdict = judge_one(self.offline, case)
        return Finding(verdict, problem="" if verdict else _NO_OFFLINE)

    def _finding(self, case: Case, samples: list[_Sample]) -> Finding:
        """Turn what came back about a case into a verdict, or the reason why there is none."""
        raw = tuple(reply for one in samples for reply in one.raw)
        latency_s = round(max(one.latency_s for one in samples), 3)
        read = [one.read for one in samples if isinstance(one.read, Marks)]
        if 2 * len(read) <= len(samples):
            return Finding(None, raw, latency_s, next(one.read for one in samples if isinstance(one.read, str)))
        verdict = self._verdict(case, median_marks(read))
        return Finding(verdict, raw, latency_s, "" if verdict else _NO_OFFLINE)

    def _verdict(self, case: Case, marks: Marks) -> Verdict | None:
        """Return the verdict that the marks make; facets of a plan without evidence take the offline value."""
        source = f"chat:{self.model}"
        levels = ", ".join(f"{name} {value:g}" for name, value in marks.facets.items())
        if isinstance(case, TrajCase):
            named = {"unplanned": ", ".join(marks.unplanned)} if marks.unplanned else {}
            return Verdict(marks.facets, f"{self.model} found {levels}", named, source)
        missing = [name for name in marks.facets if name not in marks.quotes]
        if not missing:
            return Verdict(marks.facets, f"{self.model} found {levels}", marks.quotes, source)
        offline = self.offline.judge_plan(case)
        if offline is None:
            return None
        self.counts["replaced"] += len(missing)
        facets = {**marks.facets, **{name: offline.facets[name] for name in missing}}
        evidence = {**marks.quotes, **{name: offline.evidence.get(name, offline.reason) for name in missing}}
        backed = ", ".join(f"{name} {facets[name]:g}" for name in marks.quotes) or "nothing with evidence"
        reason = f"{self.model} found {backed}; judged offline for want of evidence: {', '.join(missing)}"
        return Verdict(facets, reason, evidence, source)


class _Sample(Struct, frozen=True):
    """One conversation: what could be read (or why nothing), every reply, and how long it took."""

    read: Marks | str
    raw: tuple[str, ...]
    latency_s: float


def _askable(case: Case) -> bool:
    """Whether there is anything to ask a model: a plan of which a step could be read, and calls."""
    steps = case.plan is not None and bool(case.plan.steps)
    return steps and (isinstance(case, PlanCase) or bool(case.calls))
