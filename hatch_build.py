"""Ships `tool_specs/` and `media_db/` inside real wheels; an editable install reads them from the checkout."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShipData(BuildHookInterface):
    """Adds the two data folders as `visgenenv/_data/…`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            folders = ("tool_specs", "media_db")
            build_data["force_include"] |= {name: f"visgenenv/_data/{name}" for name in folders}
