"""Ranking texts against a query: words of English, pairs of characters of Chinese, BM25, an inverted index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from math import log

K1, B = 1.2, 0.75
"""Of BM25, the usual values: how soon repetition stops to help, and how much length counts."""
TITLE_WEIGHT = 3
"""A word of the title counts as if it stood so often in the text."""

_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_WORDS_OF_NO_WEIGHT = """
a an the this that these those it its and or but nor so if of in on at to by for with without from into as is are was
were be been being has have had do does did will would can could should may might must not no yes i you he she we they
them his her their our my your me us who which what when where how why about than then there here most more some any
"""
_STOP = frozenset(_WORDS_OF_NO_WEIGHT.split())
_STOP_HAN = frozenset("的了是在吗呢吧么和与及之也都就很着过被把怎哪什如何为请我你他她它们这那些个一有要会可以能不没")
_MIN_STEM = 3


def terms(text: str) -> list[str]:
    """Return what a text is looked up by: word stems, and every two neighbouring Chinese characters.

    >>> terms("How foxes hunt"), terms("狐狸的习性")
    (['fox', 'hunt'], ['狐狸', '习性'])
    """
    found: list[str] = []
    for run in _RUN.findall(text.lower()):
        if run[0] >= "\u3400":
            found += _pairs(run)
        elif run not in _STOP and (len(run) > 1 or run.isdigit()):
            found.append(stem(run))
    return found


def _pairs(run: str) -> list[str]:
    """Return the pairs of a run of Chinese characters, without those that hold a word of no weight."""
    if len(run) == 1:
        return [] if run in _STOP_HAN else [run]
    return [a + b for a, b in pairwise(run) if a not in _STOP_HAN and b not in _STOP_HAN]


@lru_cache(16384)
def stem(word: str) -> str:
    """Cut an English word to what its forms share; crude, but the same for texts and queries.

    >>> stem("making") == stem("makes") == stem("make"), stem("berries") == stem("berry")
    (True, True)
    """
    if word.isdigit() or len(word) <= _MIN_STEM:
        return word
    if word.endswith("ies"):
        word = f"{word[:-3]}y"
    elif word.endswith(("sses", "xes", "zes", "ches", "shes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            word = word[: -len(ending)]
            return word[:-1] if word[-1] == word[-2] and word[-1] not in "lsz" else word
    return word[:-1] if word.endswith("e") and len(word) > _MIN_STEM else word


class Index:
    """An inverted index over titled texts; built once, then read only."""

    def __init__(self, documents: Sequence[tuple[str, str]]):
        counts = [Counter(terms(title) * TITLE_WEIGHT + terms(text)) for title, text in documents]
        lengths = [sum(count.values()) for count in counts]
        mean = sum(lengths) / max(len(lengths), 1)
        postings: dict[str, list[tuple[int, float]]] = {}
        for number, count in enumerate(counts):
            norm = K1 * (1 - B + B * lengths[number] / mean)
            for term, times in count.items():
                postings.setdefault(term, []).append((number, times * (K1 + 1) / (times + norm)))
        self.postings = postings
        self.size = len(documents)

    def weight(self, term: str) -> float:
        """How rare a term is (its inverse document frequency); most for one that occurs nowhere."""
        found = len(self.postings.get(term, ()))
        return log(1 + (self.size - found + 0.5) / (found + 0.5))

    def rank(self, query: Iterable[tuple[str, float]]) -> list[tuple[float, int]]:
        """Return `(score, document)` of every document that shares a term, best first.

        Args:
            query: Terms, each with how much it counts.

        Returns:
            Scores in (0, 1): the share reached of what a document full of every term would get.
        """
        scores: dict[int, float] = {}
        best = 0.0
        for term, share in query:
            weight = self.weight(term) * share
            best += weight * (K1 + 1)
            for number, saturation in self.postings.get(term, ()):
                scores[number] = scores.get(number, 0.0) + weight * saturation
        found = [(score / best, number) for number, score in scores.items()]
        return sorted(found, key=lambda pair: (-pair[0], pair[1]))
