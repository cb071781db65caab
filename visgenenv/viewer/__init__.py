"""Looking at finished episodes: one page on disk that needs nothing else, or a server of this machine for big runs."""

from visgenenv.viewer.page import write_page
from visgenenv.viewer.play import Play
from visgenenv.viewer.server import ViewServer
from visgenenv.viewer.store import Store

__all__ = ["Play", "Store", "ViewServer", "write_page"]
