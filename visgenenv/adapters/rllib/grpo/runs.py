"""Whole runs: from settings to a trained model, with metrics, traces, checkpoints and TensorBoard in one folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from visgenenv.adapters.curves import curves_of, draw_curves
from visgenenv.adapters.folder import HELDOUT, METRICS, TRACES, Folder, reward_row, run_summary
from visgenenv.adapters.lm.metrics import batch_metrics
from visgenenv.adapters.rllib.grpo.algorithm import GRPO
from visgenenv.adapters.rllib.grpo.from_settings import check_machine, check_model, chosen_rows, grpo_config
from visgenenv.adapters.rllib.grpo.nouns import Played
from visgenenv.adapters.rllib.grpo.settings import RllibSettings
from visgenenv.adapters.rllib.starting import start_ray
from visgenenv.errors import VisGenError

FINAL, CHECKPOINT = "final", "checkpoint-"
Tick = Callable[[int], None]


def run_grpo(settings: RllibSettings, tick: Tick | None = None) -> dict[str, Any]:
    """Train, and return a summary; the model is saved to `OUT/final`.

    Args:
        settings: Of the run.
        tick: Called with the number of iterations done, before the first one too.

    Raises:
        VisGenError: There is no such model, task or checkpoint.
    """
    start = perf_counter()
    checkpoint = latest_checkpoint(settings.out) if settings.resume else None
    rows, heldout = chosen_rows(settings, settings.suite, settings.limit), []
    if settings.heldout_limit:
        heldout = chosen_rows(settings, settings.heldout_suite, settings.heldout_limit)
    check_model(settings)
    done = _number(checkpoint) if checkpoint is not None else 0
    if checkpoint is not None and done >= settings.iterations:
        raise VisGenError(
            f"{settings.out}: its checkpoint has {done} iterations already; to go on, ask for more --iterations"
        )
    start_ray(settings.cores, settings.address)
    check_machine(settings)
    if not settings.gpus_per_learner and not settings.learners:
        torch.set_num_threads(1)
    algorithm = grpo_config(settings, rows).build_algo()
    try:
        if checkpoint is not None:
            algorithm.restore_from_path(str(checkpoint.resolve()))
        return Run(algorithm, settings, heldout).go(tick, start)
    finally:
        algorithm.stop()


def latest_checkpoint(out: str | Path) -> Path:
    """Return the latest checkpoint of a run.

    Raises:
        VisGenError: There is none.
    """
    found = sorted(Path(out).glob(f"{CHECKPOINT}[0-9]*"), key=_number)
    if not found:
        raise VisGenError(f"{out}: there is no checkpoint to go on from; leave out --resume")
    return found[-1]


def _number(path: Path) -> int:
    digits = path.name.removeprefix(CHECKPOINT)
    return int(digits) if digits.isdigit() else -1


class Run:
    """A run over an algorithm that stands: its loop, and what it writes.

    Args:
        algorithm: New, or restored.
        settings: Of the run.
        heldout: Rows that are measured.
    """

    def __init__(self, algorithm: GRPO, settings: RllibSettings, heldout: Sequence[dict[str, Any]]):
        self.algorithm, self.settings, self.heldout = algorithm, settings, heldout
        self.folder = Folder(settings.out)
        self.broken = 0
        self._events: Any = None

    def go(self, tick: Tick | None, start: float) -> dict[str, Any]:
        """Train to the last iteration; return a summary."""
        done = int(self.algorithm.iteration)
        self.folder.begin(done)
        self._open_events(done)
        if not done:
            self.measure(0)
        if tick is not None:
            tick(done)
        while done < self.settings.iterations:
            self.algorithm.train()
            done = int(self.algorithm.iteration)
            self.write(done)
            last = done >= self.settings.iterations
            if last or done % self.settings.save_every == 0:
                self.save(done)
            if last or (self.settings.heldout_every and done % self.settings.heldout_every == 0):
                self.measure(done)
            if tick is not None:
                tick(done)
        self.algorithm.save_model(self.folder.path / FINAL)
        if self._events is not None:
            self._events.close()
        facts = run_summary(self.folder.path, perf_counter() - start) | {"curve": str(self._draw())}
        return facts | ({"broken_rollouts": self.broken} if self.broken else {})

    def _draw(self) -> Path:
        title = f"GRPO of {Path(self.settings.model).name} with RLlib, preset {self.settings.preset}"
        curves = curves_of(self.folder.path / METRICS)
        return draw_curves(curves, self.folder.path / "curve.png", title, unit="iterations")

    def write(self, step: int) -> None:
        """Write the row and the traces of an iteration."""
        latest = self.algorithm.latest
        if latest is None:
            return
        self._write(latest.played, step, TRACES, "", latest.numbers)

    def measure(self, step: int) -> None:
        """Play the held-out tasks; write a row and the traces."""
        if self.heldout:
            played = self.algorithm.measure(self.heldout, greedy=self.settings.heldout_greedy)
            self._write(played, step, HELDOUT, "heldout_", {})

    def _write(self, played: Sequence[Played], step: int, name: str, prefix: str, numbers: dict[str, float]) -> None:
        self.folder.add_traces([one.record for one in played], [one.reward for one in played], step, name=name)
        row = {"step": step, **_row(played, prefix), **numbers}
        self.broken += sum(bool(one.error) for one in played)
        self.folder.add_row(row)
        if self._events is not None:
            for key, value in _scalars(row):
                self._events.add_scalar(key, value, step)
            self._events.flush()

    def save(self, step: int) -> None:
        """Write a checkpoint, whole or not at all, and remove the oldest ones."""
        path = (self.folder.path / f"{CHECKPOINT}{step}").resolve()
        partial = path.with_name(f".{path.name}")
        shutil.rmtree(partial, ignore_errors=True)
        self.algorithm.save_to_path(str(partial))
        shutil.rmtree(path, ignore_errors=True)
        partial.rename(path)
        kept = sorted(self.folder.path.glob(f"{CHECKPOINT}[0-9]*"), key=_number)
        for old in kept[: -self.settings.keep]:
            shutil.rmtree(old)

    def _open_events(self, done: int) -> None:
        if self.settings.tensorboard:
            from tensorboardX import SummaryWriter

            self._events = SummaryWriter(str(self.folder.path / "tensorboard"), purge_step=done + 1 if done else None)


def _row(played: Sequence[Played], prefix: str) -> dict[str, Any]:
    """Return a row's part about rollouts: rewards as everywhere, what broke, and `env/…` of training."""
    whole = [one for one in played if one.score is not None]
    scores = [one.score for one in whole if one.score is not None]
    row = reward_row(scores, prefix) if scores else {f"{prefix}reward": None, f"{prefix}components": {}}
    if scores and not prefix:
        row |= batch_metrics([one.record for one in whole], scores, [one.job for one in whole])
    errors = sorted({one.error for one in played if one.error})
    return row | ({f"{prefix}errors": errors[:5]} if errors else {})


def _scalars(row: dict[str, Any]) -> list[tuple[str, float]]:
    """Return the numbers of a row for TensorBoard."""
    flat = {
        f"{key}/{name}" if name else key: value
        for key, part in row.items()
        for name, value in (part.items() if isinstance(part, dict) else [("", part)])
    }
    return [(key, float(value)) for key, value in flat.items() if isinstance(value, int | float) and key != "step"]
