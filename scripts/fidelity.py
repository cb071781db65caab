"""Write docs/fidelity.md: random calls of the nine editing tools, simulated and really executed, and where they differ.

Every call is made twice, in twin workspaces: once by the simulator, once by `LocalEditBackend`, which edits real files
and counts what a decoder finds in the result. Inputs are small and short; the arithmetic does not depend on size.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from twins.calls import BY_SCHEMA, DRAWN  # noqa: E402
from twins.compare import CHAINS, Tally, run_all  # noqa: E402
from twins.plain import plain_joins, plain_mp3, plain_tempo  # noqa: E402

PAGE = ROOT / "docs" / "fidelity.md"

HEAD = """# Simulated and real editing compared

Nine tools edit: those of section F of the specification. Their simulators compute what a file will be; `LocalEditBackend`
makes the file with FFmpeg's filters and encoders (through PyAV), decodes it and counts. Below, random calls are made
twice, in twin workspaces, and the two results compared. About one call in three is refused by both: times past the
end, transitions too long, crops outside the frame, unreadable subtitles. Both sides follow one specification, so the
table says whether its formulas hold for real files and whether both keep to them; it compares with no other editing
service.

Inputs are films of 36 to 160 pixels a side and 0.5 to 3 s (10, 12, 24, 25, 29.97, 30 and 60 frames a second; mp4,
webm, gif; with and without sound; one with odd sides), sounds of 0.05 to 15 s (8 to 48 kHz, mono and stereo; wav, mp3,
m4a), two pictures and four subtitle files. {by_schema} of the calls are drawn from the tool's schema alone.

Written by `python scripts/fidelity.py --calls {calls}` with {versions}.

| | calls | refused by both | status | kind of error | files | width, height | frames | rate | length | samples | channels, sound |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""
GROUPS = (
    ("status",), ("error",), ("assets",), ("width", "height"), ("n_frames",), ("fps",), ("duration",),
    ("n_samples", "sample_rate"), ("channels", "has_audio"),
)  # fmt: skip
LEGEND = """
A cell is the share of comparisons that agree exactly: of all calls (status), of calls refused by both (kind of error), of
files that both made (the rest). Lengths are compared to the microsecond, samples one by one; "samples" counts those of
sounds, and sample rates of films too. For beat tracking, "length" is that of the sound it reports.

## What differs
"""
TAIL = """
## What is real, and what is not

- Inputs are the exported files of the cited assets. Trims, joins, crossfades (`xfade`), sizes (`scale`, `pad`, `crop`),
  rates (`fps`), speed (`atempo`, `asetrate`), fades, mixes (`amix`), watermarks (`overlay`), subtitle files (read by
  libavformat) and encoding are FFmpeg's. Letters are Pillow's. No length or size comes from the simulator.
- The voices of `tool_tts_composite` are the simulated speech service's: both sides hear the same lines. Of
  `tool_video_auto_pipeline` the stages cut, mix and render are executed on the simulator's script, voice, stock clips
  and cutting list; its films were made at a tenth of their width and height here, and their size is multiplied back.
- Beat tracking is executed by a tracker like librosa's (onset strength, autocorrelation, dynamic programming) on the
  decoded sound. The simulator reads the tempo from the recipe, and misses it by an octave only where `start_bpm` lies
  far from it; a real tracker also finds half the tempo where the accents lie on every second beat, or double.
- Limits that FFmpeg does not have are checked on the measured files, as the specification demands: it would cut at the
  end of a clip where MoviePy refuses, move a crop back into the frame, and accept a fade longer than the film.
- Subtitle files of an episode are written by tools, and both sides read those alike. Ill-formed ones, which no tool
  writes, the simulator reads more leniently: libavformat knows an srt file by the number and the hours of its first cue.
- Cuts at key frames (`accurate: false`) copy coded frames. The exported files have a key frame every second, so a
  stretch begins up to a second early; the simulator adds up to half a second, which is the specification's assumption.
  Here {cuts} such cuts were {real:.2f} s too long on average, the simulated ones {simulated:.2f} s.

## What plain FFmpeg gives

The executed edits are exact because of three things that the plain filters and encoders do not do by themselves:

| | plain | here |
| --- | --- | --- |
| a film of 2 to 4 cuts, each put on the frame grid by itself (`trim`) | {joins} of {joined} films have a frame too many or too few | cuts lie on the grid of the whole film |
| `atempo` alone, 2 s at 44.1 kHz | {tempo} | cut or filled to the length |
| mp3 files | {mp3} of {mp3s} are decoded to up to 46 samples too many | the padding in their header is corrected |
"""


def page(found: dict[str, Tally], calls: int) -> str:
    """Return the page."""
    lines = [HEAD.format(by_schema=f"{BY_SCHEMA:.0%}", calls=calls, versions=versions())[:-1]]
    for tool, tally in found.items():
        cells = [_share(tally, group) for group in GROUPS]
        name = f"`{tool}`" if tool.startswith("tool_") else tool
        lines.append(f"| {name} | {tally.calls} | {tally.refused} | {' | '.join(cells)} |")
    lines.append(LEGEND)
    for tool, tally in found.items():
        for label, n in tally.wrong.most_common():
            of = tally.asked[label.partition(":")[0] if label[:6] in ("status", "error:") else label]
            example = tally.examples[label][:400].replace("|", "/")
            lines.append(f"- `{tool}`, {label}: {n} of {of}. For instance {example}")
    cuts = found["tool_video_trim_edit"].seconds if "tool_video_trim_edit" in found else Counter(cuts=1)
    joins, mp3 = plain_joins(), plain_mp3()
    tempo = ", ".join(f"{missed:+d} samples at {speed:g}" for speed, missed in plain_tempo())
    n = max(1, round(cuts["cuts"]))
    facts = {"cuts": n, "real": cuts["real"] / n, "simulated": cuts["simulated"] / n, "tempo": tempo}
    lines.append(TAIL.format(**facts, joins=joins[0], joined=joins[1], mp3=mp3[0], mp3s=mp3[1]))
    return "\n".join(lines)


def _share(tally: Tally, names: Sequence[str]) -> str:
    asked = sum(tally.asked[name] for name in names)
    if not asked:
        return "-"
    share = sum(tally.same[name] for name in names) / asked
    return "100 %" if share == 1 else f"{min(99.99, 100 * share):.2f} %"


def versions() -> str:
    """Return the versions of what executes."""
    import av

    names = {"libavcodec": "libavcodec", "libavfilter": "libavfilter"}
    libraries = [f"{name} {'.'.join(map(str, av.library_versions[name]))}" for name in names]
    return f"PyAV {av.__version__} (FFmpeg {av.ffmpeg_version_info}; {', '.join(libraries)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000, help="random calls of each tool")
    parser.add_argument("--only", nargs="*", help="tools; the page is then not written")
    parser.add_argument("--json", type=Path, help="also write all counts here")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    last = "tool_video_auto_pipeline"  # it takes as long as all the others
    tools = options.only or [*(tool for tool in DRAWN if tool != last), CHAINS, last]
    found = {}
    with tempfile.TemporaryDirectory(prefix="visgenenv-fidelity-") as cache:
        os.environ["VISGENENV_CACHE"] = cache
        for tool, tally in run_all(options.calls, options.workers, tools):
            found[tool] = tally
            print(f"{tool}: {tally.calls} calls, {sum(tally.wrong.values())} disagreements", flush=True)
            for label, n in tally.wrong.most_common():
                print(f"    {n} {label}: {tally.examples[label][:300]}", flush=True)
    if options.json:
        options.json.write_text(json.dumps({tool: vars(tally) for tool, tally in found.items()}, ensure_ascii=False))
    if not options.only:
        PAGE.write_text(page({tool: found[tool] for tool in [*DRAWN, CHAINS]}, options.calls), encoding="utf-8")


if __name__ == "__main__":
    main()
