"""Finished episodes as one HTML page that works from a disk: queries, turns, pictures, films, scores."""

from visgenenv.viewer.page import write_page
from visgenenv.viewer.play import Play

__all__ = ["Play", "write_page"]
