"""The exceptions a developer may meet. An agent's mistake is never one of them: it is a `ToolResult`.

VisGenError
├── SpecError         a tool document is broken (also a ValueError)
├── TaskError         an unknown or malformed task or suite (also a ValueError)
├── MediaError        an asset cannot be drawn, encoded or written
├── TraceError        a trace file or record cannot be read (also a ValueError)
├── JudgeError        a judge gave no verdict, or one that breaks the rules of judges
├── EndpointError     a policy's model server cannot be reached, or refuses every request
├── BenchError        a benchmark's folder or report cannot be used, or a run could not be finished (also a ValueError)
├── DemosError        a folder of demonstrations holds others than those that are to be made
├── ReplayMismatch    a replayed episode differs from its record
└── MissingExtra      an optional dependency is not installed (also an ImportError)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache


class VisGenError(Exception):
    """Root of every exception this library raises on its own account."""


class SpecError(VisGenError, ValueError):
    """A tool document does not follow `tool_specs/schema.json`; names file, path and fix."""


class TaskError(VisGenError, ValueError):
    """A task, task id or suite name is unknown or malformed."""


class MediaError(VisGenError):
    """An asset cannot be drawn, encoded or written."""


class TraceError(VisGenError, ValueError):
    """A trace file or record cannot be read."""


class JudgeError(VisGenError):
    """A judge gave no verdict where one was demanded, or its verdicts break the rules of judges."""


class EndpointError(VisGenError):
    """A policy's model server cannot be reached, or refuses every request; names its URL."""


class BenchError(VisGenError, ValueError):
    """A benchmark's folder or report cannot be used, or a run ended with episodes missing; says what to do."""


class DemosError(VisGenError):
    """A folder holds other demonstrations than those that are to be made there."""


class ReplayMismatch(VisGenError):
    """Re-executing a trace gave something else than the trace holds."""


class MissingExtra(VisGenError, ImportError):
    """An optional dependency is missing; the message is the `pip install` line that fixes it."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `"; did you mean 'x'?"` for the nearest known name, or an empty string.

    >>> did_you_mean("felt-workshp", ["felt-workshop", "elf-archer"])
    "; did you mean 'felt-workshop'?"
    """
    near = _nearest(name[:200], tuple(known))
    return f"; did you mean {near!r}?" if near else ""


@lru_cache(maxsize=1024)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return found[0] if found else ""
