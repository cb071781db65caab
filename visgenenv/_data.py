"""Where the shipped folders `tool_specs` and `media_db` lie: inside an installed wheel, or beside a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_dir(name: str) -> Path:
    """Return the shipped directory `name`, from an installed wheel or from a checkout."""
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(f"no {name!r} directory inside or beside {_PACKAGE}")
