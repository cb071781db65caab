"""Verdicts on disk: a question is asked once, whoever asks it and however often."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import orjson

from visgenenv.rewards.judges.base import Judge, PlanCase, TrajCase, Verdict
from visgenenv.rewards.judges.findings import Case, Finding, find, identity_of
from visgenenv.rewards.judges.prompts import question_of

NOT_THERE = "the verdict is not in the cache, which is read-only"


class CachedJudge:
    """Another judge whose verdicts are kept in a folder, one JSON file each.

    A file is named by the SHA-256 of everything that the verdict depends on: who judges (its `identity`: version,
    model, hash of the prompts, decoding parameters), the task's id and whole specification, the normalised input and
    the ids of the expert plans. It holds the verdict, every raw reply and the latency. Failures are not kept. Files
    are written in one piece and the first one stays, so that many processes can share a folder and all hold the same
    verdict.

    Args:
        judge: Who is asked what the folder does not know. It needs an `identity`.
        folder: Made when the first verdict is written.
        read_only: Ask nobody: a verdict that is not there is a failure. For continuous integration.

    Raises:
        ValueError: The judge has no identity, or a read-only folder is not there.

    Example:
        >>> from visgenenv.rewards.judges import CachedJudge, ChatJudge
        >>> judge = CachedJudge(ChatJudge("http://localhost:8000/v1", "Qwen/Qwen3-8B"), "runs/verdicts")
    """

    def __init__(self, judge: Judge, folder: str | Path, *, read_only: bool = False):
        self.identity = identity_of(judge)
        self.judge = judge
        self.folder = Path(folder)
        self.read_only = read_only
        self.counts: Counter[str] = Counter()
        if read_only and not self.folder.is_dir():
            raise ValueError(f"there is no folder {self.folder} to read verdicts from")

    def judge_plan(self, case: PlanCase) -> Verdict | None:
        """Return the verdict on a plan, from the folder if it is there."""
        return self.find([case])[0].verdict

    def judge_traj(self, case: TrajCase) -> Verdict | None:
        """Return the verdict on an execution, from the folder if it is there."""
        return self.find([case])[0].verdict

    def judge_plans(self, cases: Sequence[PlanCase]) -> list[Verdict | None]:
        """Return verdicts on plans; what the folder does not know is asked at once."""
        return [finding.verdict for finding in self.find(cases)]

    def judge_trajs(self, cases: Sequence[TrajCase]) -> list[Verdict | None]:
        """Return verdicts on executions; what the folder does not know is asked at once."""
        return [finding.verdict for finding in self.find(cases)]

    def find(self, cases: Sequence[Case]) -> list[Finding]:
        """Return findings, from the folder or from the judge."""
        keys = [self.key(case) for case in cases]
        first = dict(zip(reversed(keys), reversed(cases), strict=True))
        found = {key: finding for key in first if (finding := self._read(key)) is not None}
        missing = {key: first[key] for key in dict.fromkeys(keys) if key not in found}
        self.counts.update(cases=len(cases), hits=sum(key in found for key in keys))
        if self.read_only:
            found.update(dict.fromkeys(missing, Finding(None, problem=NOT_THERE)))
        elif missing:
            for key, finding in zip(missing, find(self.judge, list(missing.values())), strict=True):
                found[key] = finding if finding.verdict is None else self._keep(key, missing[key], finding)
        self.counts["failed"] += sum(found[key].verdict is None for key in keys)
        return [found[key] for key in keys]

    def key(self, case: Case) -> str:
        """Return the name under which the verdict on a case is kept.

        Judges that put questions to a model (those that have `find`) know the case by its question, in which layout,
        tags and the like are normalised away; of others nothing is known, so that the whole case counts.
        """
        asks = hasattr(self.judge, "find")
        content = question_of(case).key if asks else sha256(msgspec.json.encode(case)).hexdigest()
        return sha256(orjson.dumps([self.identity, content], option=orjson.OPT_SORT_KEYS)).hexdigest()

    def report(self) -> dict[str, Any]:
        """Return counts since the judge was made, and under `judge` those of the judge behind."""
        cases = max(1, self.counts["cases"])
        behind: dict[str, Any] = getattr(self.judge, "report", dict)()
        return {
            **{name: self.counts[name] for name in ("cases", "hits", "failed")},
            "hit_rate": self.counts["hits"] / cases,
            "judge_fail_rate": self.counts["failed"] / cases,
            "judge": behind,
        }

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def _read(self, key: str) -> Finding | None:
        """Return what a file holds; a file that cannot be read as a verdict is as good as none."""
        try:
            return msgspec.json.decode(self._path(key).read_bytes(), type=_File).finding
        except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _keep(self, key: str, case: Case, finding: Finding) -> Finding:
        """Write a finding, unless another process was first: then its finding is the one that counts."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{uuid4().hex}")
        draft.write_bytes(msgspec.json.encode(_File(key, self.identity, case.task.id, finding)))
        try:
            os.link(draft, path)
        except OSError:
            earlier = self._read(key)
            if earlier is not None:
                return earlier
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        return finding


class _File(msgspec.Struct, frozen=True):
    key: str
    identity: Any
    task: str
    finding: Finding
