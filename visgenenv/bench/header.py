"""What a run is about: everything its numbers depend on, written before the first episode is played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct

from visgenenv.bench.columns import METRICS
from visgenenv.policies import Policy
from visgenenv.prompts import system_prompt
from visgenenv.rewards.record import VERSION as REWARD
from visgenenv.tasks import Suite
from visgenenv.tools import load_toolbox
from visgenenv.types import Task

FORMAT = 1
"""Version of the folder's files."""


class SuiteFacts(Struct, frozen=True):
    """Which tasks: name, seed and version of a suite, its checksum, and how many of its tasks are played."""

    name: str
    seed: int
    version: str
    checksum: str
    tasks: int


class Header(Struct, frozen=True):
    """What a run is about.

    Attributes:
        suite: The tasks.
        policy: Name of who plays.
        settings: All that the policy's turns depend on: model, decoding, version and hash of its prompt.
        samples: Episodes a task.
        seed: Of the run; sample j of task i has the same luck whoever plays.
        faults: The weather.
        best_of: Episodes played for each that counts; the one with the highest reward does.
        prompt: Hash of the environment's system prompts.
        versions: Of the library, the tool documents, the metrics and the reward.
    """

    suite: SuiteFacts
    policy: str
    settings: dict[str, Any]
    samples: int
    seed: int
    faults: str
    best_of: int
    prompt: str
    versions: dict[str, str]
    format: int = FORMAT

    @property
    def label(self) -> str:
        """Who plays, for tables; a play chosen by the reward is called so."""
        return f"{self.policy}, best of {self.best_of} by reward" if self.best_of > 1 else self.policy


def header_of(
    suite: Sequence[Task],
    name: str,
    policy: Policy,
    policy_name: str,
    samples: int,
    seed: int,
    faults: str,
    best_of: int,
) -> Header:
    """Return the header of a run."""
    settings: Mapping[str, Any] = getattr(policy, "settings", {})
    return Header(
        suite=suite_facts(suite, name),
        policy=policy_name,
        settings=msgspec.to_builtins(dict(settings)),
        samples=samples,
        seed=seed,
        faults=faults,
        best_of=best_of,
        prompt=_prompt(),
        versions={**load_toolbox().versions, "metrics": str(METRICS), "reward": str(REWARD)},
    )


def suite_facts(suite: Sequence[Task], name: str = "") -> SuiteFacts:
    """Return what names a suite. Tasks that are no suite of ours have a checksum and no version.

    >>> from visgenenv import load_suite
    >>> suite_facts(load_suite("paper")).version
    '1'
    """
    if isinstance(suite, Suite):
        return SuiteFacts(suite.name, suite.seed, suite.version, suite.checksum(), len(suite))
    digest = blake2b(digest_size=16)
    for task in suite:
        digest.update(msgspec.json.encode(task))
    return SuiteFacts(name or "tasks", 0, "", digest.hexdigest(), len(suite))


def differences(one: Header, other: Header) -> list[str]:
    """Return what tells two runs apart so that their episodes must not be mixed: `policy: expert, not random`."""
    pairs: dict[str, tuple[Any, Any]] = {
        "format": (one.format, other.format),
        **{f"suite {name}": (getattr(one.suite, name), getattr(other.suite, name)) for name in SuiteFacts.__struct_fields__},
        "policy": (one.policy, other.policy),
        "policy settings": (one.settings, other.settings),
        **{name: (getattr(one, name), getattr(other, name)) for name in ("seed", "faults", "best_of", "prompt")},
        **{f"version of {name}": (one.versions.get(name), other.versions.get(name)) for name in _COUNTED},
    }  # fmt: skip
    return [f"{name}: {a}, not {b}" for name, (a, b) in pairs.items() if a != b]


_COUNTED = ("tools", "metrics", "reward")
"""The library's own version says nothing that these do not."""


@lru_cache(maxsize=1)
def _prompt() -> str:
    return blake2b("\n".join([system_prompt("en"), system_prompt("zh")]).encode(), digest_size=6).hexdigest()
