"""Ray, started without words that are meant for Ray's own developers."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager

import ray

from visgenenv.errors import VisGenError


def start_ray(cores: float = 1, address: str | None = None) -> None:
    """Start Ray on this machine, or join a cluster; do nothing where Ray runs already.

    Args:
        cores: What all actors together ask of Ray, however few cores there are.
        address: Of a cluster, "auto" on one of its nodes.

    Raises:
        VisGenError: There is no cluster.
    """
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    logging.getLogger("ray.rllib").setLevel(logging.ERROR)
    if ray.is_initialized():
        return
    here = {"num_cpus": max(os.cpu_count() or 1, math.ceil(cores)), "include_dashboard": False}
    try:
        with _muted():
            ray.init(address, log_to_driver=False, logging_level="ERROR", **({} if address else here))
    except ConnectionError as error:
        raise VisGenError(f"no Ray cluster answers at {address!r}: {' '.join(str(error).split())[:200]}") from error


@contextmanager
def _muted() -> Iterator[None]:
    """Close the error stream for a moment: Ray's C++ part tells there which level of logging was asked for."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
