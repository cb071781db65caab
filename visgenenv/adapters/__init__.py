"""Bridges to trainers, each behind an optional extra: `visgenenv.adapters.trl`, `visgenenv.adapters.tiny`."""

from __future__ import annotations

from importlib.util import find_spec

from visgenenv.errors import MissingExtra


def require(extra: str, *modules: str) -> None:
    """Refuse, with the command that mends it, if a package of an extra is not installed.

    Args:
        extra: Name in pyproject's optional dependencies, "trl" for instance.
        modules: What is imported of it.

    Raises:
        MissingExtra: Names what is missing.

    Example:
        >>> require("trl", "json")
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        torch = "torch " if "torch" in missing else ""
        verb = "are" if len(missing) > 1 else "is"
        raise MissingExtra(f"{', '.join(missing)} {verb} not installed: pip install {torch}'visgenenv[{extra}]'")
