"""All chance in one place: named draws from keyed hashes, so that no draw depends on what was drawn before it.

A draw is `blake2b(key, message)`. The key belongs to a world (or to an episode, for asset ids), the message
names what is drawn. Two rollouts that share a world therefore meet the same luck for the same call, whatever
else they did, and a fork copies no generator state.
"""

from __future__ import annotations

from hashlib import blake2b
from math import exp, log
from statistics import NormalDist
from struct import Struct

DRAWS = 8
"""How many independent uniforms one digest holds."""

_EIGHT = Struct("<8Q")
_SCALE = 2.0**-64
_NORMAL = NormalDist()
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def derive_key(purpose: str, seed: int) -> bytes:
    """Return the 32-byte key of a world or an episode.

    >>> derive_key("world", 7) == derive_key("world", 7) != derive_key("episode", 7)
    True
    """
    return blake2b(f"{purpose}:{seed}".encode(), digest_size=32).digest()


def digest(key: bytes, *parts: bytes) -> bytes:
    """Return 64 bytes that depend on the key and on every part, in order."""
    return blake2b(b"\x00".join(parts), key=key).digest()


def uniforms(block: bytes) -> tuple[float, ...]:
    """Turn a 64-byte digest into eight floats in [0, 1)."""
    return tuple(n * _SCALE if n < 0xFFFFFFFFFFFFFC00 else 1 - 2**-53 for n in _EIGHT.unpack(block))


def base36(block: bytes, length: int) -> str:
    """Write the first bytes of a digest as `length` characters of 0-9a-z."""
    number = int.from_bytes(block[: length * 2 // 3 + 1], "little")
    out = []
    for _ in range(length):
        number, digit = divmod(number, 36)
        out.append(_DIGITS[digit])
    return "".join(out)


def log_normal(u: float, median: float, p95: float) -> float:
    """Return a latency in seconds with the given median and 95th percentile, clamped to [0.3, 6] medians.

    The shape is the one in the tool contracts: `sigma = ln(p95 / median) / 1.645`.
    """
    if p95 <= median or median <= 0:
        return median
    sigma = log(p95 / median) / 1.645
    z = _NORMAL.inv_cdf(min(max(u, 1e-12), 1 - 1e-12))
    return min(max(median * exp(sigma * z), 0.3 * median), 6 * median)


def normal(u: float, mean: float, sd: float, low: float, high: float) -> float:
    """Return a normal draw clipped to [low, high]."""
    z = _NORMAL.inv_cdf(min(max(u, 1e-12), 1 - 1e-12))
    return min(max(mean + sd * z, low), high)
