"""Demonstrations in the hands of others: `datasets` loads them, TRL's `SFTTrainer` learns from them, masks where they belong."""

import json
from pathlib import Path

import pytest
import torch
from datasets import load_dataset
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM
from trl import SFTConfig, SFTTrainer
from trl.chat_template_utils import qwen3_vl_training_chat_template

from visgenenv.demos import COLUMNS, Settings, make_demos, rendered, with_pictures
from visgenenv.demos.chat import Chat

torch.set_num_threads(2)
MARKS = ["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|image_pad|>", "<|vision_end|>", "<|endoftext|>"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six demonstrations with short prompts: each task's own tools."""
    folder = tmp_path_factory.mktemp("demos")
    make_demos(Settings(n=6, seed=2, tools="task", image_px=64), folder, parquet=True)
    return folder


@pytest.fixture(scope="module")
def tokenizer(folder):
    """A byte-level BPE of 6,000 pieces, learnt from the demonstrations, with the template that lies beside them."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    letters = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        texts(folder), trainers.BpeTrainer(vocab_size=6000, special_tokens=MARKS, initial_alphabet=letters)
    )
    bpe.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = (folder / "chat_template.jinja").read_text("utf-8")
    return fast


def rows(folder):
    return [json.loads(line) for line in (folder / "demos.jsonl").read_text("utf-8").splitlines()]


def texts(folder):
    for row in rows(folder):
        yield row["tools"]
        yield from (message["content"] for message in row["messages"])


def tiny(tokenizer):
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
             "num_key_value_heads": 1, "head_dim": 16, "tie_word_embeddings": True}  # fmt: skip
    return Qwen3ForCausalLM(Qwen3Config(vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, **shape))


def loaded(folder, kind):
    names = {"json": "demos.jsonl", "parquet": "demos.parquet"}
    return load_dataset(kind, data_files=str(folder / names[kind]), split="train", cache_dir=str(folder / ".cache"))


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_datasets_loads_every_value_as_it_was_written(folder, kind):
    data = loaded(folder, kind)
    assert data.column_names == list(COLUMNS) and data.to_list() == rows(folder)


def test_the_card_tells_datasets_which_file_is_the_data(folder):
    data = load_dataset(str(folder), split="train", cache_dir=str(folder / ".cache"))
    assert data.column_names == list(COLUMNS) and len(data) == 6


def test_the_sft_trainer_takes_two_steps_on_the_assistants_words(folder, tokenizer, tmp_path):
    args = SFTConfig(output_dir=str(tmp_path), max_steps=2, per_device_train_batch_size=1, assistant_only_loss=True,
                     max_length=None, bf16=False, use_cpu=True, gradient_checkpointing=False, report_to="none",
                     save_strategy="no", logging_steps=1, learning_rate=1e-2, disable_tqdm=True,
                     dataloader_pin_memory=False)  # fmt: skip
    shortest = sorted(range(6), key=lambda place: len(rows(folder)[place]["tools"]))[:2]
    data = loaded(folder, "json").select(shortest)
    trainer = SFTTrainer(tiny(tokenizer), args=args, train_dataset=data, processing_class=tokenizer)
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(losses) == 2 and all(0 < loss < 20 for loss in losses)


def test_the_tokens_trained_on_are_the_spans_of_the_row(folder, tokenizer):
    for row in rows(folder):
        batch = tokenizer.apply_chat_template(
            row["messages"], tools=json.loads(row["tools"]), return_dict=True, return_assistant_tokens_mask=True
        )
        learnt = [token for token, mark in zip(batch["input_ids"], batch["assistant_masks"], strict=True) if mark]
        text = tokenizer.apply_chat_template(row["messages"], tools=json.loads(row["tools"]), tokenize=False)
        assert tokenizer.decode(learnt) == "".join(text[start:end] for start, end in row["assistant_spans"])


def test_the_text_of_a_row_is_that_of_its_record(folder, tokenizer):
    row = rows(folder)[0]
    schemas = tuple(json.dumps(tool, ensure_ascii=False) for tool in json.loads(row["tools"]))
    chat = Chat(row["lang"], tuple(row["messages"]), schemas, ())
    text = tokenizer.apply_chat_template(row["messages"], tools=json.loads(row["tools"]), tokenize=False)
    assert text == rendered(chat)[0]


def test_trls_own_template_for_qwen3_vl_marks_the_same_words(folder, tokenizer):
    row = rows(folder)[1]
    both = [
        tokenizer.apply_chat_template(
            row["messages"], tools=json.loads(row["tools"]), chat_template=template, return_dict=True,
            return_assistant_tokens_mask=True,
        )
        for template in (tokenizer.chat_template, qwen3_vl_training_chat_template)
    ]  # fmt: skip
    assert both[0]["input_ids"] == both[1]["input_ids"]
    assert both[0]["assistant_masks"] == both[1]["assistant_masks"]


def test_pictures_take_their_places_in_the_text(folder, tokenizer):
    row = next(row for row in rows(folder) if len(row["pictures"]) > 1)
    shown = with_pictures(row, folder)
    text = tokenizer.apply_chat_template(shown["messages"], tools=json.loads(row["tools"]), tokenize=False)
    plain = tokenizer.apply_chat_template(row["messages"], tools=json.loads(row["tools"]), tokenize=False)
    mark = "<|vision_start|><|image_pad|><|vision_end|>"
    assert text.count(mark) == len(shown["images"]) == len(row["pictures"]) and text.replace(mark, "") == plain


def test_pictures_inside_parquet_are_decoded_by_datasets(tmp_path):
    make_demos(Settings(n=2, seed=2, tools="task", images="bytes", image_px=64), tmp_path)
    assert not (tmp_path / "images").exists()
    data = load_dataset(
        "parquet", data_files=str(tmp_path / "demos.parquet"), split="train", cache_dir=str(tmp_path / "c")
    )
    for row in data:
        assert [image.size for image in row["images"]] == [(one["width"], one["height"]) for one in row["pictures"]]


def test_the_example_of_the_page_is_about_these_files(folder):
    page = Path(__file__).parents[2].joinpath("docs", "demonstrations.md").read_text("utf-8")
    assert all(f"`{name}`" in page for name in ("demos.jsonl", "demos.parquet", "chat_template.jinja", "pst.json"))
