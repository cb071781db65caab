"""An engine of vLLM: continuous batching, and weights by vLLM's own ways.

Written from the documentation and sources of vLLM 0.29 (which `ray[llm]` 2.60 pins); this project has had no GPU to run
it on. What is new each iteration gets there in one of two ways:

- adapters: written to a folder as peft does and named in each request (`LoRARequest`, a new id for each version);
- all weights: learner 0 sends them over NCCL with vLLM's weight transfer, and this actor only passes the calls on.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from visgenenv.adapters.rllib.grpo.engine import StaleWeights
from visgenenv.adapters.rllib.grpo.module import Model, lora_config
from visgenenv.adapters.rllib.grpo.sampling import Reply, Request
from visgenenv.adapters.rllib.grpo.weights import Weights, as_tensor, fingerprint


class VLLMEngine:
    """Writes turns with vLLM's `AsyncLLM`.

    Args:
        model: As for `VLMModule`; a name that vLLM can read.
        **options: Of vLLM's `AsyncEngineArgs` (gpu_memory_utilization, max_model_len, tensor_parallel_size, ...).
    """

    def __init__(self, model: Model, **options: Any):
        from vllm.config import WeightTransferConfig
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.v1.engine.async_llm import AsyncLLM

        from visgenenv.adapters.lm.models import load_processor
        from visgenenv.adapters.lm.turns import vision_ids

        self._model = model
        self._workers = workers(options)
        self._place = 0
        processor = load_processor(model.name, size=model.size)
        self._image = getattr(processor, "image_token_id", None)
        tokenizer = getattr(processor, "tokenizer", processor)
        self._end, _ = model.limits(tokenizer)
        self._banned = dict.fromkeys(vision_ids(tokenizer), -100.0)
        adapters = {"enable_lora": True, "max_lora_rank": model.lora.r} if model.lora is not None else {}
        transfer = {} if adapters else {"weight_transfer_config": WeightTransferConfig(backend="nccl")}
        arguments = {
            "model": model.name, "dtype": "bfloat16" if model.bf16 else "float32",
            "logprobs_mode": "processed_logprobs", "limit_mm_per_prompt": {"image": 64}, **adapters, **transfer, **options,
        }  # fmt: skip
        self._llm = AsyncLLM.from_engine_args(AsyncEngineArgs(**arguments))
        self._version = -1
        self._count = 0
        self._adapter: Any = None
        self._folder = ""
        self._held = ""

    async def generate(self, requests: Sequence[Request], version: int) -> list[Reply]:
        """Return a turn for each request."""
        if version != self._version:
            raise StaleWeights(f"the engine holds {self._version}, wanted is {version}")
        return list(await asyncio.gather(*(self._write(one, version) for one in requests)))

    async def _write(self, request: Request, version: int) -> Reply:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        # logit_bias is the ban that vLLM offers in process; -100 leaves such a token no measurable probability.
        sampling = SamplingParams(
            temperature=0.0 if request.greedy else self._model.temperature, top_p=1.0, top_k=-1,
            max_tokens=request.max_tokens, seed=request.seed % 2**31, logprobs=0, stop_token_ids=self._end,
            logit_bias=self._banned or None, detokenize=False, output_kind=RequestOutputKind.FINAL_ONLY,
        )  # fmt: skip
        prompt: dict[str, Any] = {"prompt_token_ids": one_each(request.ids, self._image)}
        if request.pictures:
            prompt["multi_modal_data"] = {"image": list(request.pictures)}
        self._count += 1
        whole = self._llm.generate(prompt, sampling, f"turn-{self._count}", lora_request=self._adapter)
        out = [one async for one in whole][-1].outputs[0]
        ids = list(out.token_ids)
        scores = [row[token].logprob for token, row in zip(ids, out.logprobs, strict=True)]
        return Reply(ids, scores, version)

    async def load(self, weights: Weights, version: int) -> str:
        """Take over adapters. All weights come by `update_weights` instead; then only their version is noted."""
        if self._model.lora is not None:
            from vllm.lora.request import LoRARequest

            before, self._folder = self._folder, tempfile.mkdtemp(prefix="visgenenv-adapter-")
            await asyncio.to_thread(save_adapter, self._model, weights, self._folder)
            self._adapter = LoRARequest(f"v{version}", version + 1, self._folder)
            shutil.rmtree(before, ignore_errors=True)
        await self._llm.reset_prefix_cache()  # it was computed with the weights before
        self._version, self._held = version, fingerprint(weights)
        return self._held

    async def fingerprint(self) -> str:
        """Return the hash of what was handed over; vLLM itself holds it fused and cannot be asked."""
        return self._held

    async def ready(self) -> int:
        """Return the version that is held."""
        return self._version

    async def stand(self, place: int) -> None:
        """Take a place among the engines, which gives this one's workers their ranks in the NCCL group."""
        self._place = place

    async def init_weight_transfer_engine(self, request: dict[str, Any]) -> None:
        """Join the learner's NCCL group. vLLM's client tells every engine the same, so the ranks are set right here."""
        from vllm.distributed.weight_transfer.base import WeightTransferInitRequest

        info = {**request["init_info"], "rank_offset": 1 + self._place * self._workers}
        await self._llm.init_weight_transfer_engine(WeightTransferInitRequest(init_info=info))

    async def start_weight_update(self, *args: Any, **kwargs: Any) -> Any:
        """Pass on to vLLM: weights are about to come."""
        return await self._llm.start_weight_update(*args, **kwargs)

    async def update_weights(self, request: dict[str, Any]) -> None:
        """Pass on to vLLM: receive weights."""
        from vllm.distributed.weight_transfer.base import WeightTransferUpdateRequest

        await self._llm.update_weights(WeightTransferUpdateRequest(**request))

    async def finish_weight_update(self, *args: Any, **kwargs: Any) -> Any:
        """Pass on to vLLM: all weights have come."""
        return await self._llm.finish_weight_update(*args, **kwargs)

    async def update_weight_version(self, *args: Any, **kwargs: Any) -> Any:
        """Pass on to vLLM: which version it now holds."""
        return await self._llm.update_weight_version(*args, **kwargs)


def one_each(ids: Sequence[int], image: int | None) -> list[int]:
    """Return a prompt with one token in the place of each picture; vLLM writes as many as the picture needs.

    >>> one_each([1, 9, 9, 9, 2, 9, 3], 9)
    [1, 9, 2, 9, 3]
    """
    pairs = zip([None, *ids], ids, strict=False)
    return [token for before, token in pairs if token != image or before != image]


def save_adapter(model: Model, weights: Weights, folder: str | Path) -> None:
    """Write adapters to a folder as peft does."""
    from safetensors.torch import save_file

    lora = model.lora
    if lora is None:
        raise ValueError("this model has no adapters")
    tensors = {name.removeprefix("model.").replace(".default.", "."): as_tensor(one) for name, one in weights.items()}
    save_file(tensors, str(Path(folder) / "adapter_model.safetensors"))
    lora_config(lora, model.name).save_pretrained(str(folder))


def workers(options: dict[str, Any]) -> int:
    """Return how many GPUs an engine spreads over."""
    return int(options.get("tensor_parallel_size", 1)) * int(options.get("pipeline_parallel_size", 1))


def transfer_weights(learner: Any, handles: Sequence[Any], options: dict[str, Any]) -> None:
    """Send all weights from learner 0 to the engines by vLLM's weight transfer over NCCL; other learners do nothing.

    Args:
        learner: A `GRPOLearner`.
        handles: Of the engines' actors. If one is new since the last time, the group is made anew.
        options: Of the engines.
    """
    if getattr(learner, "_learner_index", 0):
        return
    if getattr(learner, "_sends_to", None) != list(handles):
        import ray
        from vllm.distributed.weight_transfer import ModuleSource, WeightTransferTrainerFactory
        from vllm.distributed.weight_transfer.clients import RayVLLMWeightSyncClient
        from vllm.distributed.weight_transfer.nccl_engine import NCCLTrainerInitInfo
        from vllm.utils.network_utils import get_ip, get_open_port

        ray.get([handle.stand.remote(place) for place, handle in enumerate(handles)])
        where = NCCLTrainerInitInfo(
            master_address=get_ip(), master_port=get_open_port(), rank=0, packed=True,
            world_size=1 + len(handles) * workers(options),
        )  # fmt: skip
        learner._sender = WeightTransferTrainerFactory.trainer_init(
            init_info=where,
            client=RayVLLMWeightSyncClient(list(handles)),
            source=ModuleSource(learner._policy().inner),
        )
        learner._sends_to = list(handles)
    learner._sender.send_weights()
