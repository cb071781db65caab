"""GRPO with RLlib of a random Qwen3-VL that has a large one's shape: is there room for it on this machine, and how fast is it?

Run: python benchmarks/large_model.py [--shape 8b] [--config benchmarks/large_model.yaml] [--iterations 2] [--folder DIR]

Nothing is downloaded: the weights are random, the tokenizer is the tiny model's. A random model earns nothing in an
episode, so what is paid here is the share of even numbers among the ids of its tokens; then every iteration takes an
optimiser step. The shapes were looked up in the published configurations of Qwen3-VL; they give 2.1, 4.4 and 8.8 billion
parameters.
"""

import argparse
import tempfile
import threading
from pathlib import Path
from time import perf_counter

import torch
from msgspec.structs import replace
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

from visgenenv.adapters.rllib.grpo.from_settings import chosen_rows, grpo_config
from visgenenv.adapters.rllib.grpo.settings import read_settings
from visgenenv.adapters.rllib.starting import start_ray
from visgenenv.adapters.tiny import TinySize, save_tiny, tiny_processor
from visgenenv.adapters.tiny.model import tiny_config
from visgenenv.rewards import Preset
from visgenenv.types import Score

HERE = Path(__file__).parent
TEXT = {
    "2b": {"hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 28, "num_attention_heads": 16},
    "4b": {"hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36, "num_attention_heads": 32},
    "8b": {"hidden_size": 4096, "intermediate_size": 12288, "num_hidden_layers": 36, "num_attention_heads": 32},
}
LARGE = {"depth": 27, "hidden_size": 1152, "intermediate_size": 4304, "deepstack_visual_indexes": [8, 16, 24]}
SMALL = {"depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "deepstack_visual_indexes": [5, 11, 17]}


def even(trajectory):
    """Share of even numbers among the ids that were written."""
    ids = [token for step in trajectory.steps for token in step.sampling.token_ids]
    return Score(sum(one % 2 == 0 for one in ids) / max(1, len(ids)), f"of {len(ids)} tokens")


def shape(name: str) -> tuple[Qwen3VLConfig, object]:
    """Return the configuration of a shape and a processor that fits it."""
    processor = tiny_processor(1024)
    config = tiny_config(TinySize(), processor)
    if name == "tiny":
        return config, processor
    whole = config.to_dict()
    whole["text_config"] |= TEXT[name] | {
        "vocab_size": 151936, "num_key_value_heads": 8, "head_dim": 128, "max_position_embeddings": 262144,
        "initializer_range": 0.02, "tie_word_embeddings": name != "8b",
    }  # fmt: skip
    whole["text_config"]["rope_parameters"] |= {"rope_theta": 5e6, "mrope_section": [24, 20, 20]}
    whole["vision_config"] |= (LARGE if name == "8b" else SMALL) | {
        "num_heads": 16, "num_position_embeddings": 2304, "out_hidden_size": TEXT[name]["hidden_size"],
        "initializer_range": 0.02,
    }  # fmt: skip
    return Qwen3VLConfig(**whole | {"tie_word_embeddings": name != "8b"}), processor


def write_model(name: str, folder: Path) -> float:
    """Write a random model, in bfloat16 where there is a GPU; return its number of parameters."""
    config, processor = shape(name)
    cuda = torch.cuda.is_available()
    torch.set_default_dtype(torch.bfloat16 if cuda else torch.float32)
    with torch.device("cuda" if cuda else "cpu"):
        model = Qwen3VLForConditionalGeneration(config)
    torch.set_default_dtype(torch.float32)
    save_tiny(model, processor, folder)
    count = sum(one.numel() for one in model.parameters())
    del model
    torch.cuda.empty_cache()
    return count


class Memory(threading.Thread):
    """Looks at the first GPU ten times a second and keeps the most that was taken, by whatever process."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.over = 0, threading.Event()

    def run(self):
        while torch.cuda.is_available() and not self.over.wait(0.1):
            free, whole = torch.cuda.mem_get_info()
            self.most = max(self.most, whole - free)


def train(model: Path, config: Path, iterations: int) -> None:
    """Play and learn; print a line an iteration."""
    settings = read_settings(config, {"model": str(model)})
    rows = chosen_rows(settings, settings.suite, settings.limit)
    start_ray(settings.cores, settings.address)
    whole = grpo_config(settings, rows)
    whole.training(play=replace(whole.play, preset=Preset({"even": 1.0}), components={"even": even}))
    start = perf_counter()
    algorithm = whole.build_algo()
    print(f"all actors up after {perf_counter() - start:.0f} s", flush=True)
    for _ in range(iterations):
        algorithm.train()
        n = algorithm.latest.numbers
        rate = n["tokens/written"] / n["time/sample_s"]
        print(
            f"{n['rollouts']:.0f} rollouts of up to {n['tokens/longest']:.0f} tokens in {n['time/sample_s']:.1f} s "
            f"({rate:.0f} written a second); {n['steps_taken']:.0f} step in {n['time/update_s']:.1f} s, gradient "
            f"{n['grad_norm']:.3g}, ratio off by {n['ratio_off']:.2g}; weights pushed in {n['time/push_s']:.1f} s",
            flush=True,
        )
    algorithm.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=("tiny", *TEXT), default="8b")
    parser.add_argument("--config", type=Path, default=HERE / "large_model.yaml")
    parser.add_argument("--iterations", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=None, help="Where to write the model; default: a temporary one.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = given.folder or Path(spare)
        start = perf_counter()
        count = write_model(given.shape, folder)
        print(f"{count / 1e9:.2f} billion parameters, written in {perf_counter() - start:.0f} s", flush=True)
        memory = Memory()
        memory.start()
        train(folder, given.config, given.iterations)
        memory.over.set()
        print(f"most memory taken on the first GPU: {memory.most / 2**30:.1f} GiB")


if __name__ == "__main__":
    main()
