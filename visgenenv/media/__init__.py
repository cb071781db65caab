"""Media: assets are recipes; here they are drawn, heard, described and written to files."""

from visgenenv.media.database import MediaDB

__all__ = ["MediaDB"]
