"""Supervised fine-tuning on demonstrations: batches in which only what the assistant said carries loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from datasets import Dataset
from torch.nn.utils.rnn import pad_sequence
from transformers import ProcessorMixin
from trl import SFTConfig, SFTTrainer
from trl.chat_template_utils import get_training_chat_template, has_generation_markers

from visgenenv.adapters.lm.turns import flat_text
from visgenenv.adapters.lm.view import View
from visgenenv.adapters.trl.chats import opened

_PADS = {"attention_mask": 0, "mm_token_type_ids": 0, "token_type_ids": 0, "labels": -100}
_PIXELS = ("pixel_values", "image_grid_thw")


class ChatCollator:
    """Makes batches of the rows of `demo_dataset` or `trace_dataset`: tools, pictures in any message, labels.

    TRL's own collator for images leaves `tools` out and fills no pictures of tool messages. Labels are -100 on all that
    the assistant did not say; its end of turn is learnt, the newline that the template puts behind it is not.

    Args:
        processor: A processor, or the tokenizer of a model that reads text only.
        view: As for the data set.

    Raises:
        ValueError: TRL has no variant of the chat template that marks what the assistant says.
    """

    def __init__(self, processor: Any, view: View | None = None):
        self.processor = processor
        self.view = view or View()
        self.tokenizer = processor.tokenizer if isinstance(processor, ProcessorMixin) else processor
        marked = has_generation_markers(processor.chat_template)
        self.template = processor.chat_template if marked else get_training_chat_template(processor)

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        """Return a batch, padded on the right."""
        examples = [self.encode(row) for row in rows]
        batch: dict[str, torch.Tensor] = {}
        for name in dict.fromkeys(name for one in examples for name in one):
            values = [one[name] for one in examples if name in one]
            if name in _PIXELS:
                batch[name] = torch.cat(values)
            else:
                pad = _PADS.get(name, self.tokenizer.pad_token_id)
                batch[name] = pad_sequence(values, batch_first=True, padding_value=pad)
        return batch

    def encode(self, row: dict[str, Any]) -> dict[str, torch.Tensor]:
        """Return one conversation as tensors; those of tokens are one-dimensional."""
        messages, tools = opened(row, self.view.image_px)
        sees = isinstance(self.processor, ProcessorMixin)
        shown = messages if sees else [{**one, "content": flat_text([one])} for one in messages]
        out = self.processor.apply_chat_template(
            [shown],
            tools=tools or None,
            chat_template=self.template,
            tokenize=True,
            return_dict=True,
            return_assistant_tokens_mask=True,
        )
        example = {
            name: torch.as_tensor(value) if name in _PIXELS else torch.as_tensor(value)[0]
            for name, value in out.items()
        }
        said = example.pop("assistant_masks").bool()
        ids = example["input_ids"]
        after_end = torch.cat([torch.zeros(1, dtype=torch.bool), ids[:-1] == self.tokenizer.eos_token_id])
        example["labels"] = ids.masked_fill(~said | after_end, -100)
        return example


def sft_trainer(
    model: Any, dataset: Dataset, processor: Any, args: SFTConfig, view: View | None = None, **kwargs: Any
) -> SFTTrainer:
    """Return TRL's `SFTTrainer` for conversations with tools and pictures, loss on the assistant only.

    Args:
        model: A model of transformers.
        dataset: Of `demo_dataset` or `trace_dataset`.
        processor: Of the model.
        args: Settings; three of them are overruled, since TRL would otherwise prepare the data by its own rules:
            `remove_unused_columns`, `max_length`, `dataset_kwargs`.
        view: As for the data set.
        **kwargs: Further keywords of `SFTTrainer` (`eval_dataset`, `peft_config`, `callbacks`, ...).
    """
    args.remove_unused_columns = False
    args.max_length = None
    args.dataset_kwargs = {"skip_prepare_dataset": True}
    return SFTTrainer(
        model,
        args=args,
        train_dataset=dataset,
        processing_class=processor,
        data_collator=ChatCollator(processor, view),
        **kwargs,
    )


def lengths(dataset: Dataset, collator: ChatCollator) -> list[int]:
    """Return how many tokens each conversation has, pictures included."""
    return [len(collator.encode(row)["input_ids"]) for row in dataset]
