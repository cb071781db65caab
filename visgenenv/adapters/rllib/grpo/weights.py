"""Weights between processes: as arrays, and as a fingerprint by which two copies are told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch

Weights = dict[str, Any]
"""Name -> numpy array; bfloat16, which numpy does not have, travels as int16."""


def as_arrays(tensors: Iterable[tuple[str, Any]], dtype: Any = None) -> Weights:
    """Return tensors as arrays.

    Args:
        tensors: Pairs of name and tensor.
        dtype: What floating-point tensors are cast to; None: they stay.

    Example:
        >>> as_arrays([("a", torch.ones(1))], torch.bfloat16)["a"].dtype
        dtype('int16')
    """
    out = {}
    for name, tensor in tensors:
        value = tensor.detach()
        value = value.to(dtype) if dtype is not None and value.is_floating_point() else value
        value = value.cpu().contiguous()
        out[name] = (value.view(torch.int16) if value.dtype == torch.bfloat16 else value).numpy().copy()
    return out


def as_tensor(array: Any) -> Any:
    """Return an array as the tensor it was."""
    tensor = torch.from_numpy(np.array(array))  # a copy: arrays out of Ray are read-only
    return tensor.view(torch.bfloat16) if array.dtype == np.int16 else tensor


def load(module: Any, weights: Mapping[str, Any]) -> None:
    """Copy weights into a module's parameters of the same names.

    Raises:
        KeyError: The module has no such parameter.
    """
    known = dict(module.named_parameters())
    missing = sorted(weights.keys() - known.keys())
    if missing:
        raise KeyError(f"{len(missing)} weights fit no parameter, {missing[0]!r} for instance")
    with torch.no_grad():
        for name, array in weights.items():
            known[name].copy_(as_tensor(array).to(known[name].device))


def fingerprint(weights: Mapping[str, Any]) -> str:
    """Return a hash of names, shapes, types and bytes.

    >>> one, other = {"a": np.zeros(2)}, {"a": np.ones(2)}
    >>> fingerprint(one) == fingerprint(dict(one)) != fingerprint(other)
    True
    """
    with ThreadPoolExecutor(4) as pool:
        parts = pool.map(_digest, sorted(weights.items()))
    return hashlib.blake2b(b"".join(parts), digest_size=16).hexdigest()


def _digest(item: tuple[str, Any]) -> bytes:
    name, array = item
    head = hashlib.blake2b(f"{name}{array.shape}{array.dtype}".encode(), digest_size=16)
    head.update(np.ascontiguousarray(array).view(np.uint8).data)
    return head.digest()
