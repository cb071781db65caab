"""Media: assets are recipes; here they are drawn, heard, described and written to files."""

from visgenenv.media.database import MediaDB
from visgenenv.media.export import export_asset, export_many, export_preview
from visgenenv.media.opening import open_asset
from visgenenv.media.sheet import contact_sheet, letterbox, letterboxed, thumbnail
from visgenenv.media.truth import timing, truth
from visgenenv.media.uploads import upload_asset
from visgenenv.media.view import view

__all__ = [
    "MediaDB",
    "contact_sheet",
    "export_asset",
    "export_many",
    "export_preview",
    "letterbox",
    "letterboxed",
    "open_asset",
    "thumbnail",
    "timing",
    "truth",
    "upload_asset",
    "view",
]
