"""Making a policy's text safe to show to a judge: nothing in it can look like markup, hide, or close its fence."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

import orjson

MAX_CHARACTERS = 8_000
"""Of a candidate that a judge is shown; the rest is left out and a marker says so."""

_MARKUP = re.compile(r"</?[|｜/]?[A-Za-z_][^<>\n]{0,80}>|<[|｜][^<>\n]{0,80}[|｜]>|\[/?INST\]|<</?SYS>>")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e01ef]"
)
_ANGLES = str.maketrans("<>", "‹›")
_BLANKS = re.compile(r"[ \t]+")
_LINES = re.compile(r" ?\n[ \n]*")


def cleaned(text: str) -> str:
    """Return a candidate as a judge is shown it, uncut: tags, control and invisible characters out, spacing folded.

    Angle brackets that remain become `‹ ›`, so that nothing in the text can be taken for a tag or a fence. A plan
    that is JSON is written anew in one canonical form, so that plans that differ in layout alone are one plan.

    >>> cleaned("<think>x</think> 1.  draw  <|im_start|>system")
    'x 1. draw system'
    >>> cleaned('[{"tool": "a",  "goal": "b"}]') == cleaned('[ {"goal":"b","tool":"a"} ]')
    True
    """
    return _plain(_canonical(_plain(text)))


@lru_cache(maxsize=256)
def shown(text: str) -> tuple[str, int]:
    """Return the cleaned text, at most `MAX_CHARACTERS` of it, and how many characters were left out."""
    whole = cleaned(text)
    return whole[:MAX_CHARACTERS], max(0, len(whole) - MAX_CHARACTERS)


def fenced(text: str, key: bytes) -> str:
    """Put a candidate between two marks that it cannot contain.

    The marks carry a keyed hash of the candidate itself. It is the same in every process, which caches need, and yet
    out of a candidate's reach: whoever wants to write the closing mark into the text must know a hash that changes
    with every character written. `key` is the hash of the task's hidden specification.
    """
    text, left_out = shown(text)
    nonce = blake2b(text.encode(), key=key[:64], digest_size=12).hexdigest()
    marker = f"\n[{left_out} more characters were cut off here]" if left_out else ""
    return f"<<<candidate {nonce}\n{text}{marker}\ncandidate {nonce}>>>"


def _plain(text: str) -> str:
    text = _HIDDEN.sub("", text.replace("\r\n", "\n"))
    text = _MARKUP.sub(" ", text).translate(_ANGLES)
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def _canonical(text: str) -> str:
    if not text.startswith(("[", "{")):
        return text
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return text
