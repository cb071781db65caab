"""All chance in one place: named draws from keyed hashes, so that no draw depends on what was drawn before it.

A draw is `blake2b(key, message)`. The key belongs to a world (or to an episode, for asset ids), the message
names what is drawn. Two rollouts that share a world therefore meet the same luck for the same call, whatever
else they did, and a fork copies no generator state.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from math import exp, log
from statistics import NormalDist
from struct import Struct

DRAWS = 8
"""How many independent uniforms one digest holds."""

_EIGHT = Struct("<8Q")
_UNIT = 2.0**-53
_NORMAL = NormalDist()
_BASE36 = (b"0123456789abcdefghijklmnopqrstuvwxyz" * 8)[:256]


def derive_key(purpose: str, seed: int) -> bytes:
    """Return the 32-byte key of a world or an episode.

    >>> derive_key("world", 7) == derive_key("world", 7) != derive_key("episode", 7)
    True
    """
    return blake2b(f"{purpose}:{seed}".encode(), digest_size=32).digest()


def policy_seed(seed: int) -> int:
    """Return the seed that a policy is given in an episode of this seed: 56 bits."""
    return int.from_bytes(derive_key("policy", seed)[:7], "little")


def digest(key: bytes, *parts: bytes) -> bytes:
    """Return 64 bytes that depend on the key and on every part, in order."""
    return blake2b(b"\x00".join(parts), key=key).digest()


def uniforms(block: bytes) -> list[float]:
    """Turn a 64-byte digest into eight floats in [0, 1)."""
    return [(n >> 11) * _UNIT for n in _EIGHT.unpack(block)]


def first_uniform(block: bytes) -> float:
    """Return the first of the eight floats alone, which is cheaper."""
    return (int.from_bytes(block[:8], "little") >> 11) * _UNIT


def base36(block: bytes) -> str:
    """Write each byte of a block as one character of 0-9a-z."""
    return block.translate(_BASE36).decode()


def log_normal(u: float, median: float, p95: float) -> float:
    """Return a latency in seconds with the given median and 95th percentile, clamped to [0.3, 6] medians.

    The shape is the one in the tool contracts: `sigma = ln(p95 / median) / 1.645`, in 4,096 steps.
    """
    if p95 <= median or median <= 0:
        return median
    return median * _factors(p95 / median)[int(u * 4096)]


@lru_cache(maxsize=256)
def _factors(ratio: float) -> list[float]:
    """Return the quantiles of a log-normal of median 1 and the given 95th percentile, clamped to [0.3, 6]."""
    drawn = (exp(log(ratio) * _NORMAL.inv_cdf((i + 0.5) / 4096) / 1.645) for i in range(4096))
    return [min(max(factor, 0.3), 6.0) for factor in drawn]


def normal(u: float, mean: float, sd: float, low: float, high: float) -> float:
    """Return a normal draw clipped to [low, high]."""
    z = _NORMAL.inv_cdf(min(max(u, 1e-12), 1 - 1e-12))
    return min(max(mean + sd * z, low), high)
