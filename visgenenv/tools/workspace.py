"""The state of one episode: assets, ledger, to-do list, simulated clock, money and luck. Only `commit` writes."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visgenenv import media
from visgenenv.luck import DRAWS, base36, derive_key, digest, uniforms
from visgenenv.types import KIND_PREFIX, Asset, ToolCall, ToolResult, Upload

if TYPE_CHECKING:
    from visgenenv.media import MediaDB

SHORT_ID, LONG_ID = 8, 136
"""Characters of an asset id after its prefix; the long one makes links of about 150 characters."""


class Workspace:
    """Everything an episode has made and spent.

    Args:
        seed: Of the episode; the ids of its assets depend on it.
        world_seed: Of the world; all luck depends on it. Default: the episode's seed.
        media: The database that recipes may draw from.
        url_style: "short" (`asset://img_k3x9ab12.png`) or "long" (links of about 150 characters).

    Example:
        >>> from visgenenv import load_toolbox
        >>> workspace = Workspace(seed=7)
        >>> result = load_toolbox().call("tool_text2image_gemini", {"prompt": "a red fox"}, workspace)
        >>> result.status, workspace.open(result.assets[0].url).size
        ('success', (1024, 1024))
    """

    def __init__(
        self,
        seed: int = 0,
        world_seed: int | None = None,
        media: MediaDB | None = None,
        url_style: str = "short",
    ):
        self.seed = seed
        self.world_seed = seed if world_seed is None else world_seed
        self.media = media
        self.assets: dict[str, Asset] = {}
        self._by_url: dict[str, Asset] = {}
        self.ledger: list[tuple[ToolCall, ToolResult]] = []
        self.todos: tuple[dict[str, Any], ...] = ()
        self.clock = 0.0
        self.cost_usd = 0.0
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.world_key = derive_key("world", self.world_seed)
        self.call_numbers: defaultdict[str, int] = defaultdict(int)
        self.attempts: dict[bytes, int] = {}
        self._episode_key = derive_key("episode", seed)
        self._mask = int.from_bytes(self._episode_key[:8], "little")
        self._long_ids = url_style == "long"
        self._id_length = LONG_ID if self._long_ids else SHORT_ID
        self._outages: dict[tuple[str, float], tuple[float, float]] = {}
        self._weather: dict[str, list[float]] = {}
        self._running: dict[str, list[float]] | None = None
        self._latest = 0.0

    def find(self, reference: str) -> Asset | None:
        """Return the asset a reference names (`asset://img_x.png`, `img_x.png` or `img_x`), or None.

        The id decides: scheme and extension are not looked at, and http(s) links never name an asset.
        """
        asset = self._by_url.get(reference)
        if asset is not None:
            return asset
        if reference[:8] == "asset://":
            reference = reference[8:]
        return self.assets.get(reference.partition(".")[0])

    def open(self, reference: str) -> Any:
        """Return a Pillow image (images), a frame sheet (videos), a spectrogram (audio) or `str` (texts)."""
        return media.open_asset(self._known(reference))

    def export(self, reference: str, folder: str | Path) -> Path:
        """Write the exact file of an asset into `folder` (made if missing) and return its path."""
        return media.export_asset(self._known(reference), Path(folder))

    def _known(self, reference: str) -> Asset:
        asset = self.find(reference)
        if asset is None:
            raise KeyError(f"no asset {reference!r} in this episode; it has {list(self.assets)}")
        return asset

    def new_id(self, kind: str, lineage: bytes, index: int) -> str:
        """Return the id of output `index` of a call: its keyed digest, masked by the episode's own key.

        Neither guessable nor sequential, and different between siblings of one world.
        """
        if index > 5 or self._long_ids:
            block = digest(self._episode_key, lineage, str(index).encode())
            for part in range(2 if self._long_ids else 0):
                block += digest(self._episode_key, block, b"%d" % part)
            return f"{KIND_PREFIX[kind]}_{base36(block[: self._id_length])}"
        at = 16 + 8 * index
        number = int.from_bytes(lineage[at : at + 8], "little") ^ self._mask
        return f"{KIND_PREFIX[kind]}_{base36(number.to_bytes(8, 'little'))}"

    def weather(self, tool: str, number: int) -> float:
        """Return the uniform that decides what befalls the `number`-th call of a tool in this world.

        Keyed by tool and call number, not by wording, so that rollouts that share a world meet the same weather.
        """
        draws = self._weather.setdefault(tool, [])
        while number >= len(draws):
            block = str(len(draws) // DRAWS).encode()
            draws.extend(uniforms(digest(self.world_key, b"weather", tool.encode(), block)))
        return draws[number]

    def outage(self, service: str, rate: float) -> bool:
        """Whether `service` is down now: each 15 minutes of simulated time hold, with probability `rate`, one outage."""
        window, now = divmod(self.clock, 900.0)
        span = self._outages.get((service, window))
        if span is None:
            draws = uniforms(digest(self.world_key, b"outage", service.encode(), str(int(window)).encode()))
            start = draws[1] * 840 if draws[0] < rate else 900.0
            span = self._outages[service, window] = (start, start + 20 + draws[2] * 40)
        return span[0] <= now < span[1]

    def add_upload(self, upload: Upload, index: int) -> Asset:
        """Add a file the user brings; part of setting an episode up, before its first call."""
        lineage = f"upload:{index}:{upload.name}"
        asset_id = self.new_id(upload.kind, digest(self.world_key, lineage.encode()), 0)
        asset = media.upload_asset(upload, asset_id, lineage)
        self.assets[asset.id] = asset
        return asset

    def begin_turn(self) -> None:
        """Open a turn of several calls: all start now, as far as their services allow, and the clock waits for them."""
        self._running, self._latest = {}, self.clock

    def end_turn(self) -> None:
        """Close a turn: the clock moves to the end of the call that took longest."""
        self._running, self.clock = None, self._latest

    def start_of(self, service: str, limit: int, waits: bool) -> float | None:
        """Return when one more call of a service that runs `limit` at once can start; None if it would be refused."""
        running = self._running.get(service, ()) if self._running is not None else ()
        if len(running) < limit:
            return self.clock
        return sorted(running)[-limit] if waits else None

    def commit(self, call: ToolCall, result: ToolResult, service: str = "") -> None:
        """Enter a finished call: its assets, its time, its bill at `service`. The only writer."""
        for asset in result.assets:
            self.assets[asset.id] = self._by_url[asset.url] = asset
        usage = result.usage
        self.ledger.append((call, result))
        self.call_numbers[call.name] += 1
        if self._running is None:
            self.clock += usage.latency_s
        elif usage.latency_s:
            end = usage.started_s + usage.latency_s
            self._latest = max(self._latest, end)
            self._running.setdefault(service, []).append(end)
        if usage.cost_usd:
            self.cost_usd += usage.cost_usd
            self.spent[service] += usage.cost_usd
        if result.todos is not None:
            self.todos = result.todos
