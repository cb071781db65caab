"""Seedream: a resolution whose shape the prompt decides, references that become subjects, groups of pictures."""

from __future__ import annotations

import re
from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.image.pictures import drawn, failure, nearest_ratio, pixels, sent
from visgenenv.tools.spec import Fault
from visgenenv.types import Asset, ToolResult

_RATIO = re.compile(r"(?<![\d:：.])([1-9]\d?)\s?[:：]\s?([1-9]\d?)(?![\d:：])")


def tool_text2image_seed(
    call: Invocation,
    *,
    prompt: str,
    size: str,
    images: list[str],
    sequential_image_generation: str,
    max_images: int,
    watermark: bool,
    response_format: str,
) -> ToolResult:
    """Seedream 4.0: one picture, or a group whose members look alike, some of which may be missing."""
    tables, price = call.spec.tables, call.spec.price["per_image"]
    shape = _shape(call, size, prompt)
    subjects = _references(call, images, max_images)
    count = max_images
    flaws: tuple[str, ...] = ()
    if count > 1 and call.quirk("fewer_images"):
        count, flaws = 1 + int(call.draws[1] * (count - 1)), ("fewer_images",)
    assets, failed = _group(call, prompt, subjects, count, shape)
    if not assets:
        return call.fail(failed[0][1])
    data: dict[str, Any] = {"size": f"{shape[0]}x{shape[1]}", "generated_images": len(assets)}
    if failed:
        data["failed"] = [failure(*one) for one in failed]
    if len(prompt) > tables["advised_characters"] and _is_long(prompt, tables):
        data["warnings"] = [
            "the prompt is longer than the advised 300 Chinese characters or 600 words: details get lost"
        ]
    latency = _wait(call, shape, len(assets) + len(failed))
    return call.done(*assets, data=data, latency=latency, cost=price * len(assets), flaws=flaws)


def _group(
    call: Invocation, prompt: str, subjects: list[Asset], count: int, shape: tuple[int, int]
) -> tuple[list[Asset], list[tuple[int, Fault]]]:
    """Mint the pictures of a group and list those that fail; a server error also stops the rest."""
    params = {"prompt": prompt} if count == 1 else {"prompt": prompt, "identity": call.seed()}
    assets: list[Asset] = []
    failed: list[tuple[int, Fault]] = []
    for index, fault in enumerate(call.output_faults(count)):
        if fault is None:
            assets.append(drawn(call, params, subjects, index, shape, "jpeg"))
            continue
        failed.append((index, fault))
        if fault.type == "INTERNAL":
            break
    return assets, failed


def _shape(call: Invocation, size: str, prompt: str) -> tuple[int, int]:
    """Return the pixels of a picture: those asked for, within the window, or a ratio's that the prompt names."""
    tables = call.spec.tables
    if size[-1] == "K":
        sizes = tables["sizes"][size]
        width, height = sizes[_ratio(prompt, tables["ratio_words"], tuple(sizes))]
        return width, height
    width, height = pixels(size, "x")
    least, most = tables["area"]
    told = "The parameter `size` specified in the request is not valid: image"
    if not least <= width * height <= most:
        bound = f"at least {least}" if width * height < least else f"at most {most}"
        call.refuse(f"{told} size must be {bound} pixels, {size} has {width * height}.")
    if max(width, height) > tables["max_ratio"] * min(width, height):
        call.refuse(f"{told} ratio must lie between 1/16 and 16.")
    return width, height


def _ratio(prompt: str, words: dict[str, list[str]], ratios: tuple[str, ...]) -> str:
    """Return the ratio that a prompt asks for by number or by word, else 1:1."""
    if found := _RATIO.search(prompt):
        return nearest_ratio(int(found[1]), int(found[2]), ratios)
    prompt = prompt.lower()
    for ratio, names in words.items():
        for name in names:
            if name in prompt:
                return ratio
    return "1:1"


def _references(call: Invocation, images: list[str], most: int) -> list[Asset]:
    """Return the pictures sent, or refuse them: too many with those to come, or not of a kind the service reads."""
    limit = call.spec.tables["most_in_and_out"]
    if len(images) + most > limit:
        told = f"{len(images)} pictures go in and up to {most} come out"
        call.refuse(f"$.max_images: {told}, at most {limit} are allowed together")
    for index, image in enumerate(images):
        _check_reference(call, call.asset(image), index)
    return sent(call, images, "InvalidParameter")


def _check_reference(call: Invocation, asset: Asset, index: int) -> None:
    """Refuse a picture in a format, size or shape that cannot be a reference."""
    limits = call.spec.tables["reference"]
    short, long = sorted((asset.width, asset.height))
    seen = f"$.images[{index}]: {asset.url} is {asset.width}x{asset.height}"
    if asset.mime in limits["unread_formats"]:
        message = f"$.images[{index}]: {asset.url} is {asset.mime}, expected image/png or image/jpeg"
        call.refuse(message, "UNSUPPORTED_FORMAT", status=415)
    if short <= limits["above_side"]:
        call.refuse(f"{seen}, each side must be longer than {limits['above_side']} px")
    if long > limits["ratio"] * short:
        call.refuse(f"{seen}, its ratio must lie between 1/{limits['ratio']} and {limits['ratio']}")
    if short * long > limits["area"]:
        call.refuse(f"{seen}, at most 6000x6000 pixels are allowed")


def _is_long(prompt: str, tables: dict[str, Any]) -> bool:
    """Whether a prompt is longer than the service advises."""
    chinese = sum("\u4e00" <= char <= "\u9fff" for char in prompt)
    return bool(chinese > tables["advised_characters"] or len(prompt.split()) > tables["advised_words"])


def _wait(call: Invocation, shape: tuple[int, int], count: int) -> tuple[float, float]:
    """Return median and p95 of the wait: by resolution, and for a group by its pictures."""
    table, area = call.spec.latency, shape[0] * shape[1]
    factor = table["size"]["1K" if area < table["area"][0] else "2K" if area < table["area"][1] else "4K"]
    if count > 1:
        return count * table["group"][0] * factor, count * table["group"][1] * factor
    return table["median"] * factor, table["p95"] * factor
