"""Libraries of media files: reading what they are, keeping it, drawing from it."""

from visgenenv.media.library.checking import faults
from visgenenv.media.library.entry import Entry
from visgenenv.media.library.ingest import Report, add
from visgenenv.media.library.probing import Probe, probe
from visgenenv.media.library.refusal import LeftOut, Refused
from visgenenv.media.library.words import words_of

__all__ = ["Entry", "LeftOut", "Probe", "Refused", "Report", "add", "faults", "probe", "words_of"]
