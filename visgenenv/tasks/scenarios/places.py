"""How the scenes of the lexicon are spoken of as places: "in a kitchen", "on the same beach"."""

from __future__ import annotations

from msgspec import Struct


class Place(Struct, frozen=True):
    """A scene as a place: with its article, with its preposition, in Chinese with what follows "在", its measure word."""

    name: str
    alone: str
    within: str
    zh: str
    measure: str
    inside: bool = False
    """Whether it is a place for objects and food rather than for animals and vehicles."""

    @property
    def same(self) -> str:
        """Return "in the same kitchen"."""
        head, _, _ = self.within.rpartition(self.name)
        return f"{head.removesuffix('a ').removesuffix('an ').removesuffix('the ')}the same {self.name}"


# scene | alone | within | Chinese | measure word | what belongs there
_ROWS = """
forest | a forest | in a forest | 森林里 | 片 |
city | a city | in a city | 城市里 | 座 |
beach | a beach | on a beach | 海滩上 | 片 |
desert | a desert | in a desert | 沙漠里 | 片 |
snow | snow | in the snow | 雪地里 | 片 |
space | space | in space | 太空里 | 片 |
ocean | the ocean | on the ocean | 大海上 | 片 |
underwater | underwater | underwater | 水下 | 处 |
studio | a studio | in a studio | 摄影棚里 | 个 | inside
living room | a living room | in a living room | 客厅里 | 个 | inside
garden | a garden | in a garden | 花园里 | 座 |
meadow | a meadow | in a meadow | 草地上 | 片 |
mountain | a mountain | on a mountain | 高山上 | 座 |
kitchen | a kitchen | in a kitchen | 厨房里 | 间 | inside
street | a street | on a street | 街道上 | 条 |
night sky | the night sky | in the night sky | 夜空中 | 片 |
cafe | a cafe | in a cafe | 咖啡馆里 | 家 | inside
stage | a stage | on a stage | 舞台上 | 个 | inside
sky | the sky | in the sky | 天空中 | 片 |
office | an office | in an office | 办公室里 | 间 | inside
"""


def _read() -> dict[str, Place]:
    rows = [[cell.strip() for cell in line.split("|")] for line in _ROWS.strip().splitlines()]
    return {row[0]: Place(row[0], row[1], row[2], row[3], row[4], row[5] == "inside") for row in rows}


PLACES: dict[str, Place] = _read()
"""By the name of the scene."""

ROOMS = ("living room", "kitchen", "studio", "garden", "cafe", "office", "street", "stage", "city", "beach")
SETS = (*ROOMS, "forest", "desert", "meadow", "mountain")
OUTDOORS = ("garden", "street", "city", "beach", "forest", "desert", "meadow", "mountain")
NATURE = (*OUTDOORS, "snow", "ocean", "sky", "night sky")
INDOORS = ("living room", "kitchen", "studio", "cafe", "office")
HOMES = ("living room", "kitchen", "studio", "garden", "cafe", "office")
FESTIVE = ("stage", "garden", "street", "city", "beach", "studio")
TALKS = ("studio", "office", "cafe", "living room", "garden")
SHOWS = ("studio", "stage", "garden", "beach", "street")
WORKTOPS = ("kitchen", "living room", "garden", "studio")
