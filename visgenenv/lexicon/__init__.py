"""The vocabulary shared by pictures, tasks, tools and policies: what can be drawn, and how texts name it."""

from visgenenv.lexicon.reading import Mentions, find, name_in, phrase
from visgenenv.lexicon.words import COLOURS, LIGHTS, SCENES, STYLES, SUBJECTS, Entry

__all__ = ["COLOURS", "LIGHTS", "SCENES", "STYLES", "SUBJECTS", "Entry", "Mentions", "find", "name_in", "phrase"]
