"""A media database: swatches of felt, drawn here and taken in."""

from pathlib import Path

from PIL import Image

from visgenenv import MediaDB

COLOURS = {"red": (190, 60, 50), "orange": (220, 130, 50), "green": (80, 130, 70)}


def swatches(folder):
    """Make a database of felt swatches in a folder and return it."""
    pictures = Path(folder, "swatches")
    pictures.mkdir(parents=True)
    for name, colour in COLOURS.items():
        Image.new("RGB", (640, 480), colour).save(pictures / f"{name} felt.png")
    media = MediaDB(Path(folder, "media"))
    media.add(pictures, tags=["felt"])
    return media
