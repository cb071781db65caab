"""All chance in one place: named draws from keyed hashes, so that no draw depends on what was drawn before it.

A draw is `blake2b(key, message)`. The key belongs to a world (or to an episode, for asset ids), the message
names what is drawn. Two rollouts that share a world therefore meet the same luck for the same call, whatever
else they did, and a fork copies no generator state.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from math import exp, log
from statistics import NormalDist
from struct import Struct

DRAWS = 8
"""How many independent uniforms one digest holds."""

_EIGHT = Struct("<8Q")
_UNIT = 2.0**-53
_NORMAL = NormalDist()
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = [one + two for one in _DIGITS for two in _DIGITS]


def derive_key(purpose: str, seed: int) -> bytes:
    """Return the 32-byte key of a world or an episode.

    >>> derive_key("world", 7) == derive_key("world", 7) != derive_key("episode", 7)
    True
    """
    return blake2b(f"{purpose}:{seed}".encode(), digest_size=32).digest()


def digest(key: bytes, *parts: bytes) -> bytes:
    """Return 64 bytes that depend on the key and on every part, in order."""
    return blake2b(b"\x00".join(parts), key=key).digest()


def uniforms(block: bytes) -> list[float]:
    """Turn a 64-byte digest into eight floats in [0, 1)."""
    return [(n >> 11) * _UNIT for n in _EIGHT.unpack(block)]


def first_uniform(block: bytes) -> float:
    """Return the first of the eight floats alone, which is cheaper."""
    return (int.from_bytes(block[:8], "little") >> 11) * _UNIT


def base36(block: bytes, length: int) -> str:
    """Write the first bytes of a digest as `length` (a multiple of 8) characters of 0-9a-z."""
    return "".join([code36(int.from_bytes(block[start : start + 6], "little")) for start in range(0, length * 6 // 8, 6)])


def code36(n: int) -> str:
    """Write a number of 48 bits as eight characters of 0-9a-z."""
    p = _PAIRS
    return p[n % 1296] + p[n // 1296 % 1296] + p[n // 1679616 % 1296] + p[n // 2176782336 % 1296]


def log_normal(u: float, median: float, p95: float) -> float:
    """Return a latency in seconds with the given median and 95th percentile, clamped to [0.3, 6] medians.

    The shape is the one in the tool contracts: `sigma = ln(p95 / median) / 1.645`. The normal quantile comes from a
    table of 4,096 steps.
    """
    if p95 <= median or median <= 0:
        return median
    drawn = exp(log(p95 / median) * _quantiles()[int(u * 4096)])
    return median * (0.3 if drawn < 0.3 else 6.0 if drawn > 6.0 else drawn)


@cache
def _quantiles() -> list[float]:
    """Return the normal quantiles at the middles of 4,096 equal steps, in units of the 95th percentile's 1.645."""
    return [_NORMAL.inv_cdf((i + 0.5) / 4096) / 1.645 for i in range(4096)]


def normal(u: float, mean: float, sd: float, low: float, high: float) -> float:
    """Return a normal draw clipped to [low, high]."""
    z = _NORMAL.inv_cdf(min(max(u, 1e-12), 1 - 1e-12))
    return min(max(mean + sd * z, low), high)
