"""Progress for people: a bar on a terminal, elsewhere a plain line now and then. Always on the error stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

EVERY_S = 20.0
"""Seconds between two plain lines; what is over sooner prints none."""


class Bar:
    """How far some work is. Call it with what is done so far; facts that are not given stay as they were.

    Args:
        label: What is going on.
        total: How much there is to do; 0: not known yet.
        console: Where to show it; default: the error stream.
    """

    def __init__(self, label: str, total: int, console: Console | None = None):
        self.label, self.total, self.done = label, total, 0
        self.console = console or Console(stderr=True)
        self._facts: dict[str, float] = {}
        self._began = self._told = monotonic()
        self._progress: Progress | None = None

    def __call__(
        self,
        done: int,
        total: int | None = None,
        *,
        reward: float | None = None,
        success: float | None = None,
        steps: int | None = None,
    ) -> None:
        """Show how far it is.

        Args:
            done: How much is done.
            total: How much there is, if that was not known.
            reward: Mean so far, or of late.
            success: Share of episodes.
            steps: Taken so far, from which steps per second follow.
        """
        self.done, self.total = done, self.total if total is None else total
        given = {"reward": reward, "success": success, "steps": steps}
        self._facts |= {name: value for name, value in given.items() if value is not None}
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], completed=done, total=self.total or None, said=self.said)
        elif monotonic() - self._told >= EVERY_S:
            self._told = monotonic()
            of = f" of {self.total:,}" if self.total else ""
            self.console.print(
                Text(f"{self.label}: {done:,}{of}{'  ' if self.said else ''}{self.said}"), soft_wrap=True
            )

    @property
    def said(self) -> str:
        """The facts in words: `reward 0.843  success 92%  1,240 steps/s`."""
        words = []
        if "reward" in self._facts:
            words.append(f"reward {self._facts['reward']:.3f}")
        if "success" in self._facts:
            words.append(f"success {self._facts['success']:.0%}")
        elapsed = monotonic() - self._began
        if "steps" in self._facts and elapsed > 0:
            rate = self._facts["steps"] / elapsed
            words.append(f"{rate:,.0f} steps/s" if rate >= 10 else f"{rate:.2g} steps/s")
        return "  ".join(words)

    @contextmanager
    def running(self) -> Iterator[Bar]:
        """Show the bar while the block runs; it is gone afterwards."""
        if not self.console.is_terminal:
            yield self
            return
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
                   TimeElapsedColumn(), TextColumn("{task.fields[said]}", markup=False))  # fmt: skip
        with Progress(*columns, console=self.console, transient=True) as self._progress:
            self._progress.add_task(self.label, total=self.total or None, said="")
            yield self
        self._progress = None


@contextmanager
def bar(label: str, total: int = 0) -> Iterator[Bar]:
    """Show a progress bar on the error stream; give what is called with how much is done.

    Example:
        >>> with bar("counting", 3) as done:
        ...     done(1, reward=0.5)
    """
    with Bar(label, total).running() as shown:
        yield shown
