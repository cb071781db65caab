"""What is wrong with a text that should cite an asset."""

from __future__ import annotations

from visgenenv.errors import did_you_mean
from visgenenv.tools.spec import Reference, ToolSpec
from visgenenv.tools.workspace import Workspace
from visgenenv.types import Asset, ToolError


def unusable(
    spec: ToolSpec, reference: Reference, cited: str, asset: Asset | None, workspace: Workspace
) -> ToolError | None:
    """Say why a citation cannot be used; None for plain text where a citation is not compulsory."""
    if asset is not None:
        kinds = " or ".join(map(repr, reference.kinds))
        message = f"{reference.place}: {cited[:200]} is of kind {asset.kind!r}, expected {kinds}"
        return ToolError("UNSUPPORTED_FORMAT", 415, message, spec.codes.get("UNSUPPORTED_FORMAT", ""))
    if reference.cite and not looks_like_asset(cited):
        return None
    return _not_found(spec, reference, cited, workspace)


def _not_found(spec: ToolSpec, reference: Reference, text: str, workspace: Workspace) -> ToolError:
    if text.startswith(("http://", "https://")):
        hint = "; links of the web are not fetched, cite an asset of this episode"
    else:
        urls = [asset.url for asset in workspace.assets.values() if asset.kind in reference.kinds]
        hint = did_you_mean(text, urls) or (
            f"; the latest is {urls[-1]!r}" if urls else "; there is none of its kind yet"
        )
    message = f"{reference.place}: no asset {text[:200]!r}{hint}"
    return ToolError("ASSET_NOT_FOUND", 404, message, spec.codes.get("ASSET_NOT_FOUND", ""))


def looks_like_asset(text: str) -> bool:
    """Whether a text has the form of an asset reference (`asset://img_k3x9.png`, or the id alone)."""
    if text[:8] == "asset://":
        return True
    stem, _, extension = text.partition(".")
    prefix, _, rest = stem.partition("_")
    return (
        prefix in ("img", "vid", "aud", "txt", "sub", "doc")
        and len(rest) >= 4
        and rest.isascii()
        and rest.isalnum()
        and rest == rest.lower()
        and (not extension or (extension.isalnum() and len(extension) <= 4))
    )
