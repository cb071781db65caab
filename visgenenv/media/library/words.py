"""The words under which a file is found: of its name, its folders, its captions and its tags, English and Chinese.

What the lexicon knows stands as the lexicon's own name (`狐狸`, `foxes` and `fox` are all `fox`), so that a prompt in
either language finds a file named in the other. Other words stand as they are written, in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePosixPath

import orjson
from msgspec import Struct

from visgenenv.lexicon import find

MOST_WORDS = 48
"""Words kept of one file."""
LONGEST_WORD = 40
LONGEST_CAPTION = 2000
"""Characters kept of a caption."""
_MOST_TAGS = 64

_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\W]+|(?<=\D)(?=\d)|(?<=\d)(?=\D)")
_WORDS_OF_CAMERAS = """
img image images pic pics picture pictures photo photos photograph dsc dscf dscn dcim pxl mvi mov vid video videos clip
clips wa gopr screenshot screen shot scan copy final edited new untitled unnamed file files media jpg jpeg png webp gif
mp mkv webm wav flac ogg data dataset train test val
"""
_OF_CAMERAS = frozenset(_WORDS_OF_CAMERAS.split())
_CAPTIONS = ("caption", "text", "description", "prompt", "title", "alt")
_TAGS = ("tags", "keywords", "labels", "subjects", "words", "category")
_LICENCES = ("licence", "license", "rights")
TOLD = frozenset({*_CAPTIONS, *_TAGS, *_LICENCES})
"""Names under which something is told of a file, in a `.json` or a table."""


class Sidecar(Struct, frozen=True):
    """What stands beside a file about it, in a `.txt` (a caption) or a `.json`."""

    caption: str = ""
    tags: tuple[str, ...] = ()
    licence: str = ""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, each once: what the lexicon knows by its name there, then the others.

    >>> words_of("two red foxes near Alnwick"), words_of("雪地里的狐狸")
    (('fox', 'red', 'alnwick'), ('fox', 'snow'))
    """
    found = find(text[:LONGEST_CAPTION])
    known = [*(subject.name for subject in found.subjects), *found.scenes, *found.styles, *found.lights, *found.colours]
    others = [word for word in found.unknown if word not in _OF_CAMERAS and not word.isdigit()]
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in [*known, *others]))


def words_of_name(name: str) -> tuple[str, ...]:
    """Return the words of a path inside its folder: of the file's stem first, then of the folders.

    >>> words_of_name("Holidays/red-fox_in-the-snow (2).jpg")
    ('fox', 'snow', 'red', 'holidays')
    """
    path = PurePosixPath(name)
    parts = [path.stem, *reversed(path.parent.parts)]
    return tuple(dict.fromkeys(word for part in parts for word in _words_of_part(part)))


@lru_cache(maxsize=4096)
def _words_of_part(part: str) -> tuple[str, ...]:
    return words_of(" ".join(_JOINED.split(part)))


def words_of_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the words of tags: each as written, and as the lexicon reads it."""
    return _words_of_tags(tuple(tags)[:_MOST_TAGS])


@lru_cache(maxsize=1024)
def _words_of_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    kept = [tag.strip().lower()[:LONGEST_WORD] for tag in tags]
    both = (word for tag in kept for word in (*words_of(tag), tag.replace("|", " ")))
    return tuple(dict.fromkeys(word for word in both if word))


def all_words(name: str, sidecar: Sidecar, tags: Iterable[str] = ()) -> tuple[str, ...]:
    """Return all words of a file, those said on purpose first, at most `MOST_WORDS`."""
    said = (*words_of_tags(tags), *words_of_tags(sidecar.tags), *words_of(sidecar.caption), *words_of_name(name))
    return tuple(dict.fromkeys(said))[:MOST_WORDS]


def read_sidecar(suffix: str, content: bytes) -> Sidecar:
    """Read what a `.txt` or `.json` beside a file says of it.

    Raises:
        ValueError: If a `.json` is none, or not an object.
    """
    if suffix == ".txt":
        return Sidecar(_one_line(content.decode("utf-8-sig", "replace")))
    read = orjson.loads(content)
    if not isinstance(read, dict):
        raise ValueError("not a JSON object")
    tags = [tag for key in _TAGS for tag in _listed(read.get(key))]
    return Sidecar(_said(read, _CAPTIONS), tuple(tags[:_MOST_TAGS]), _said(read, _LICENCES)[:200])


def _said(read: dict[str, object], keys: Iterable[str]) -> str:
    """Join the texts under these keys; one may be told by language (`{"en": ..., "zh": ...}`)."""
    texts = []
    for key in keys:
        value = read.get(key)
        texts += [value] if isinstance(value, str) else list(value.values()) if isinstance(value, dict) else []
    return _one_line(" ".join(dict.fromkeys(text for text in texts if isinstance(text, str))))


def _listed(value: object) -> list[str]:
    if isinstance(value, str):
        return re.split(r"[,;，；、]", value)
    return [tag for tag in value if isinstance(tag, str)] if isinstance(value, list) else []


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LONGEST_CAPTION]
