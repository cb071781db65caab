"""How the site reads docstrings: `Example:` begins a block of examples, and the fields of a record are one table."""

from __future__ import annotations

import re
from typing import Any

import griffe

_TITLE = re.compile(r"^Example:$", re.MULTILINE)
_ARGUMENTS = re.compile(r"^Args:$", re.MULTILINE)


class Docstrings(griffe.Extension):
    """Edits docstrings after a package was read."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Put the title in the plural that the parser of Google's style knows."""
        if obj.docstring:
            obj.docstring.value = _TITLE.sub("Examples:", obj.docstring.value)

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """List the fields of a `Struct` in its docstring, unless that does so itself."""
        if not cls.docstring or "Struct" not in map(str, cls.bases):
            return
        cls.docstring.value = _ARGUMENTS.sub(
            "Attributes:", cls.docstring.value
        )  # there is no `__init__` to hold them against
        fields = [one for one in cls.attributes.values() if one.is_public and one.annotation is not None]
        fields = [one for one in fields if "property" not in one.labels]
        if fields and "Attributes:" not in cls.docstring.value:
            cls.docstring.value += "\n\nAttributes:\n" + "\n".join(map(_line, fields))
        for one in fields:
            one.docstring = None  # or each would stand below the table once more


def _line(field: griffe.Attribute) -> str:
    default = "" if field.value is None else f" Default `{field.value}`."
    words = " ".join(field.docstring.value.split()) if field.docstring else ""
    return f"    {field.name} ({field.annotation}): {words}{default}".rstrip()
