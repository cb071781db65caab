"""The tiny Qwen3-VL: built without a download, saved and loaded without torchvision, Qwen3-VL in all but size."""

import sys

import pytest
import torch
from PIL import Image
from transformers import AutoProcessor

from visgenenv import VisGenEnv
from visgenenv.adapters.tiny import TinySize, build_tiny, load_tiny, save_tiny, tiny_processor, train_tokenizer
from visgenenv.errors import VisGenError

torch.set_num_threads(1)
TEXT = '<think>\n看一看 what is there\n</think>\n\n<tool_call>\n{"name": "x", "arguments": {"é": "🦊"}}\n</tool_call><|im_end|>\n'


@pytest.fixture(scope="module")
def tiny():
    return build_tiny()


def chat(processor, **options):
    picture = Image.new("RGB", (200, 100), "orange")
    content = [{"type": "text", "text": "A fox."}, {"type": "image", "image": picture}]
    turns = [
        {"role": "user", "content": "Draw"},
        {"role": "assistant", "content": "ok"},
        {"role": "tool", "content": content},
    ]
    return processor.apply_chat_template(
        turns, tokenize=True, return_dict=True, return_tensors="pt", add_generation_prompt=True, **options
    )


def test_the_same_seed_builds_the_same_weights(tiny):
    model, _ = tiny
    again, _ = build_tiny()
    other, _ = build_tiny(seed=1)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))


def test_any_text_survives_the_tokenizer(tiny):
    tokenizer = tiny[1].tokenizer
    assert tokenizer.decode(tokenizer(TEXT)["input_ids"]) == TEXT


def test_tags_are_one_token_each_and_are_always_decoded(tiny):
    tokenizer = tiny[1].tokenizer
    ids = tokenizer("<tool_call></think><|im_end|>")["input_ids"]
    assert len(ids) == 3 and tokenizer.decode(ids, skip_special_tokens=True) == "<tool_call></think>"


def test_the_tokenizer_has_learnt_the_words_of_the_environment(tiny):
    tokenizer = tiny[1].tokenizer
    env = VisGenEnv()
    _, info = env.reset(seed=1, options={"task": "paper/elf-archer"})
    assert len(info["system"]) / len(tokenizer(info["system"])["input_ids"]) > 2.5


def test_a_picture_in_a_tool_message_becomes_its_tokens_and_reaches_the_model(tiny):
    model, processor = tiny
    inputs = chat(processor)
    grid = inputs["image_grid_thw"][0].tolist()
    assert (inputs["input_ids"] == processor.image_token_id).sum() == grid[1] * grid[2] // 4
    with torch.no_grad():
        seen = model(**inputs).logits
        inputs["pixel_values"] = -inputs["pixel_values"]
        assert not torch.allclose(seen[0, -1], model(**inputs).logits[0, -1])


def test_what_is_saved_is_loaded_alike_and_without_torchvision(tiny, tmp_path):
    model, processor = tiny
    save_tiny(model, processor, tmp_path)
    loaded, reader = load_tiny(tmp_path)
    assert type(AutoProcessor.from_pretrained(tmp_path)) is type(reader)
    one, other = chat(processor), chat(reader)
    assert all(torch.equal(one[name], other[name]) for name in one)
    with torch.no_grad():
        assert torch.equal(model(**one).logits, loaded(**other).logits)
    assert "torchvision" not in sys.modules


def test_a_batch_may_hold_rows_without_a_picture(tiny):
    _, processor = tiny
    pad = "<|vision_start|><|image_pad|><|vision_end|>"
    picture = Image.new("RGB", (64, 64))
    out = processor(text=[f"a{pad}", "b"], images=[[picture], None], padding=True, return_tensors="pt")
    assert len(out["input_ids"]) == 2 and len(out["image_grid_thw"]) == 1


def test_sizes_grow_and_bad_ones_are_refused():
    model, processor = build_tiny(TinySize(hidden=128, layers=3, vocab_size=512))
    assert sum(weight.numel() for weight in model.parameters()) > 600_000 and len(processor.tokenizer) == 512
    with pytest.raises(ValueError, match="multiple of"):
        TinySize(hidden=100)
    with pytest.raises(ValueError, match="at least 276"):
        train_tokenizer(["a"], 100)


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(VisGenError, match="no model here"):
        load_tiny(tmp_path)


def test_processors_are_not_shared():
    one, other = tiny_processor(), tiny_processor()
    one.tokenizer.add_tokens(["<mine>"])
    assert len(other.tokenizer) == 1024
