"""A vision model in place of the simulated columns: what it is shown, asked and remembered to have said."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
import orjson

from visgenenv.bench.calibration import Calibration
from visgenenv.bench.grades import Grade, GraderFacts, Place, asked_about, grades_of, read_grades
from visgenenv.bench.rows import Row
from visgenenv.bench.rubrics import HASH, instructions, read_levels, schema
from visgenenv.bench.store import GRADES, TRACES
from visgenenv.endpoint import Deadline, Pace, Unanswered, openai_module, run
from visgenenv.errors import JudgeError
from visgenenv.media.looking import data_url
from visgenenv.media.sheet import thumbnail
from visgenenv.rewards.facts import delivered
from visgenenv.rewards.judges.base import task_view
from visgenenv.rewards.judges.transport import JudgeEndpoint, Message
from visgenenv.trace import from_json
from visgenenv.trajectory import Trajectory

if TYPE_CHECKING:
    from openai import AsyncOpenAI

VERSION = 1
MOST = 8
"""So many files of a delivery are shown, evenly spread."""
_BATCH = 64
_REPAIR = "Your reply could not be read: {problem}. Reply once more, with the one JSON object and nothing else."


class Grader:
    """Judges deliveries with a vision model behind an OpenAI-compatible endpoint.

    Args:
        base_url: Up to and with `/v1`.
        model: As the endpoint names it.
        api_key: For endpoints that want one. It is never written anywhere.
        calibration: Brings its levels into line with people's.
        temperature: Of the model.
        seed: Of the model.
        max_tokens: Of a reply.
        concurrency: Episodes at the same time.
        retries: After timeouts, broken connections, 408, 409, 429 and 5xx.
        timeout_s: Of one attempt.
        deadline_s: Of one episode with all its attempts.
        requests_per_minute: At most so many.
        max_px: Longest side of the pictures it is shown.

    Example:
        >>> Grader("http://localhost:8000/v1", "Qwen/Qwen3-VL-8B-Instruct").facts.model
        'Qwen/Qwen3-VL-8B-Instruct'
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None = None,
        *,
        calibration: Calibration | None = None,
        temperature: float = 0.0,
        seed: int = 0,
        max_tokens: int = 1024,
        concurrency: int = 16,
        retries: int = 4,
        backoff_s: float = 0.5,
        timeout_s: float = 60.0,
        deadline_s: float = 180.0,
        requests_per_minute: float | None = None,
        max_px: int = 448,
    ):
        openai_module()
        self.seed, self.concurrency, self.deadline_s, self.max_px = seed, concurrency, deadline_s, max_px
        options = {"temperature": temperature, "max_tokens": max_tokens}
        decoding = {**options, "seed": seed, "max_px": max_px, "version": VERSION}
        self.facts = GraderFacts(model, HASH, decoding, calibration)
        self.endpoint = JudgeEndpoint(
            base_url, model, api_key, options=options, structured=None, retries=retries,
            backoff_s=backoff_s, timeout_s=timeout_s, pace=Pace(requests_per_minute),
        )  # fmt: skip

    def grade(self, records: Sequence[Trajectory]) -> list[dict[str, int] | str]:
        """Return the levels of each record's own dimension, or why there are none; all are asked for at once."""
        return run(lambda: self._grade_all(records))

    async def _grade_all(self, records: Sequence[Trajectory]) -> list[dict[str, int] | str]:
        places = asyncio.Semaphore(self.concurrency)

        async def one(record: Trajectory) -> dict[str, int] | str:
            async with places:
                return await self._converse(client, record)

        async with self.endpoint.client() as client:
            return await asyncio.gather(*(one(record) for record in records))

    async def _converse(self, client: AsyncOpenAI, record: Trajectory) -> dict[str, int] | str:
        """Ask, and if the reply cannot be read, say why and ask once more."""
        dimension = record.task.dimension
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": instructions(dimension)},
            {"role": "user", "content": self._shown(record)},
        ]
        deadline, read = Deadline(self.deadline_s), cast("dict[str, int] | str", "")
        for attempt in range(2):
            try:
                reply = await self.endpoint.ask(
                    client, cast("list[Message]", messages), schema(dimension), self.seed, deadline
                )
            except Unanswered as error:
                return str(error)
            read = read_levels(reply, dimension)
            if isinstance(read, dict):
                return read
            if not attempt:
                messages.append({"role": "assistant", "content": reply[:4000]})
                messages.append({"role": "user", "content": _REPAIR.format(problem=read)})
        return f"the reply cannot be read: {read}"

    def _shown(self, record: Trajectory) -> list[dict[str, Any]]:
        """Return what a model gets of an episode: the request, and pictures; nothing that the policy wrote."""
        files = delivered(record)
        picks = sorted({round(k * (len(files) - 1) / max(1, MOST - 1)) for k in range(MOST)})
        told = {**task_view(record.task), "delivered": len(files), "shown": len(picks)}
        parts: list[dict[str, Any]] = [{"type": "text", "text": orjson.dumps(told).decode()}]
        for pick in picks:
            url = data_url(thumbnail(files[pick], self.max_px))
            parts.append({"type": "image_url", "image_url": {"url": url}})
        return parts


def grade_rows(folder: Path, rows: Sequence[Row], grader: Grader) -> dict[Place, float]:
    """Have every episode graded that is not yet, and return the calibrated values by index and sample.

    What the grader says is added to `grades.jsonl` as it comes. Failed episodes are not asked about: they count 0.

    Raises:
        JudgeError: There is no verdict on some episodes; the others are kept, and nothing counts as 0 for want of one.
    """
    asked, known = asked_about(rows), read_grades(folder, grader.facts)
    problems: list[str] = []
    with (folder / GRADES).open("ab") as file:
        for batch in _batches(folder, asked.keys() - known.keys()):
            found = grader.grade([record for _, record in batch])
            for (key, _), levels in zip(batch, found, strict=True):
                if isinstance(levels, str):
                    problems.append(levels)
                    continue
                file.write(msgspec.json.encode(Grade(*key, grader.facts.identity, levels)) + b"\n")
            file.flush()
    if problems:
        raise JudgeError(
            f"the grader gave no verdict on {len(problems)} of {len(asked)} episodes ({problems[0][:200]}); the same "
            "command asks about these again"
        )
    return grades_of(folder, rows, grader.facts)


def _batches(folder: Path, wanted: Collection[Place]) -> Iterator[list[tuple[Place, Trajectory]]]:
    """Yield the records of some episodes from the traces, a batch at a time."""
    batch: list[tuple[Place, Trajectory]] = []
    if wanted:
        with (folder / TRACES).open("rb") as file:
            for line in file:
                data = orjson.loads(line)
                place = data["settings"]["bench"]
                key = (place["index"], place["sample"])
                if key in wanted:
                    batch.append((key, from_json(data)))
                if len(batch) == _BATCH:
                    yield batch
                    batch = []
    if batch:
        yield batch
