"""Holding a local model to a grammar while it writes, by xgrammar (a package of its own: `pip install xgrammar`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from visgenenv.adapters.grammar import Tag, turn_grammar
from visgenenv.errors import MissingExtra

Grammar = Callable[[Sequence[dict[str, Any]]], Tag]


class Constraint:
    """Makes the logits processors that hold a batch of conversations to the grammars of their tools.

    Args:
        tokenizer: Of the model.
        vocab_size: Width of the model's logits.
        grammar: From the schemas on offer to a structural tag; default `turn_grammar`.

    Raises:
        MissingExtra: xgrammar is not installed.
    """

    def __init__(self, tokenizer: Any, vocab_size: int, grammar: Grammar = turn_grammar):
        try:
            import xgrammar
        except ImportError as error:
            raise MissingExtra("constrained decoding of a local model needs xgrammar: pip install xgrammar") from error
        self._xgrammar = xgrammar
        self._grammar = grammar
        info = xgrammar.TokenizerInfo.from_huggingface(
            tokenizer, vocab_size=vocab_size, stop_token_ids=[tokenizer.eos_token_id]
        )
        self._compiler = xgrammar.GrammarCompiler(info)
        self._compiled: dict[tuple[str, ...], Any] = {}

    def processor(self, offers: Sequence[Sequence[dict[str, Any]]]) -> Any:
        """Return a logits processor for one call of `generate`.

        Args:
            offers: The schemas on offer, a sequence for each row of the batch.
        """
        return self._xgrammar.contrib.hf.LogitsProcessor([self._of(schemas) for schemas in offers])

    def _of(self, schemas: Sequence[dict[str, Any]]) -> Any:
        key = tuple(orjson.dumps(schema).decode() for schema in schemas)
        if key not in self._compiled:
            tag = orjson.dumps(self._grammar(schemas)).decode()
            self._compiled[key] = self._compiler.compile_structural_tag(tag)
        return self._compiled[key]
