"""Finished files: coded frames reused without a codec, and a cache that many processes share."""

import contextlib
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from visgenenv.errors import MediaError
from visgenenv.media.cache import MediaCache
from visgenenv.media.export import export_asset, export_many
from visgenenv.media.mp4 import Strand, read_movie, write_movie
from visgenenv.media.renditions import runs_of
from visgenenv.testing import stand_in
from visgenenv.tools import Workspace, load_toolbox


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """The bytes of a film of 96 frames at 24 a second with sound."""
    given = {"n_frames": 96, "width": 320, "height": 180, "recipe": {"node": "shot", "params": {"prompt": "a red fox runs", "seconds": 4.0, "audio": True}}}  # fmt: skip
    return export_asset(stand_in("vid_abcd1234", given), tmp_path_factory.mktemp("film")).read_bytes()


def decoded(data, folder):
    path = folder / "film.mp4"
    path.write_bytes(data)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        facts = (stream.frames, stream.average_rate, stream.duration * stream.time_base, stream.start_time)
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with av.open(str(path)) as container:
        sound = [frame.to_ndarray() for frame in container.decode(audio=0)] if container.streams.audio else []
    return facts, frames, np.concatenate(sound, 1) if sound else None


def tracks(data):
    return {track.kind: track for track in read_movie(data)}


def strand(data, *runs, fps=(24, 1)):
    video = tracks(data)["vide"]
    n = sum(end - first for first, end in runs)
    return Strand(video, [(data, video, *run) for run in runs], fps[0] * 512, fps[1] * 512, 0, n * fps[1] * 512)


def test_a_film_is_read_as_its_encoder_wrote_it(film):
    video, sound = tracks(film)["vide"], tracks(film)["soun"]
    assert (video.width, video.height, len(video.sizes)) == (320, 180, 96)
    assert np.flatnonzero(video.keys).tolist() == [0, 24, 48, 72]
    assert (sound.timescale, int(video.offsets.min()) > 0) == (48000, True)


def test_runs_put_together_decode_to_exactly_their_frames(film, tmp_path):
    joined = write_movie([strand(film, (0, 30), (48, 96), (0, 30), (24, 25))], 24_000)
    _, original, _ = decoded(film, tmp_path)
    facts, frames, _ = decoded(joined, tmp_path)
    assert facts == (109, 24, Fraction(109, 24), 0)
    expected = original[:30] + original[48:] + original[:30] + original[24:25]
    assert all(np.array_equal(one, other) for one, other in zip(frames, expected, strict=True))


def test_clips_of_different_pictures_are_joined(film, tmp_path):
    given = {"n_frames": 48, "width": 320, "height": 180, "has_audio": False, "recipe": {"node": "shot", "params": {"prompt": "snow falls on a busy city street, rain", "seconds": 2.0, "audio": False}}}  # fmt: skip
    other = export_asset(stand_in("vid_other123", given), tmp_path).read_bytes()
    one, two = tracks(film)["vide"], tracks(other)["vide"]
    runs = [(film, one, 0, 40), (other, two, 0, 48), (film, one, 24, 30)]
    joined = write_movie([Strand(one, runs, 24 * 512, 512, 0, 94 * 512)], 24_000)
    _, first, _ = decoded(film, tmp_path)
    _, second, _ = decoded(other, tmp_path)
    facts, frames, _ = decoded(joined, tmp_path)
    assert facts[0] == 94
    assert all(map(np.array_equal, frames, [*first[:40], *second, *first[24:30]]))


def test_a_composite_of_untouched_clips_is_exported_frame_by_frame_with_its_music(tmp_path):
    box, workspace = load_toolbox(), Workspace(seed=2)
    clips = [
        box.call("tool_text2video_veo", {"prompt": f"a {what}", "duration_seconds": 4}, workspace).assets[0].url
        for what in ("fox in the snow", "boat on the sea at night")
    ]
    music = box.call("tool_music_suno", {"prompt": "calm piano"}, workspace).assets[0].url
    call = {"clips": [{"asset": clip} for clip in clips], "background_music": {"asset": music}}
    film = box.call("tool_video_composite", call, workspace).assets[0]
    assert runs_of(film) is not None
    facts, frames, sound = decoded(workspace.export(film.url, tmp_path).read_bytes(), tmp_path)
    assert facts[:3] == (192, 24, 8) and len(frames) == 192 and sound.shape[1] == 8 * film.sample_rate


def test_many_files_are_written_in_a_pool_and_arrive_in_order(tmp_path):
    assets = [stand_in(f"img_many000{n}", {"width": 64, "height": 48}) for n in range(4)]
    assets.append(stand_in("txt_many0005"))
    paths = list(export_many(assets, tmp_path, workers=2))
    assert [path.stem for path in paths] == [asset.id for asset in assets]
    assert all(path.stat().st_size for path in paths)


def test_another_frame_rate_is_exact(film, tmp_path):
    facts, frames, _ = decoded(write_movie([strand(film, (0, 96), fps=(30000, 1001))], 30_000), tmp_path)
    assert (facts[0], facts[1].numerator, facts[1].denominator) == (96, 30000, 1001) and len(frames) == 96


def test_the_sound_comes_along_to_the_sample(film, tmp_path):
    sound = tracks(film)["soun"]
    packets = Strand(sound, [(film, sound, 0, len(sound.sizes))], 48_000, 1024, sound.media_time, 4 * 48_000)
    _, _, before = decoded(film, tmp_path)
    _, _, after = decoded(write_movie([strand(film, (0, 96)), packets], 48_000), tmp_path)
    assert np.array_equal(before, after) and before.shape[1] == 192_000


def test_repeating_a_run_costs_no_further_bytes(film):
    once = len(write_movie([strand(film, (0, 96))], 24_000))
    assert len(write_movie([strand(film, *[(0, 96)] * 20)], 24_000)) < once + 20_000


def test_a_run_that_does_not_begin_at_a_key_frame_is_refused(film):
    with pytest.raises(MediaError, match="key frame"):
        write_movie([strand(film, (5, 20))], 24_000)


@pytest.mark.parametrize("data", [b"", b"no mp4 at all, just words", b"\0\0\0\x10moov\0\0\0\x08trak", b"\0\0\0\1moov"])
def test_what_is_no_film_is_refused_by_name(data):
    with pytest.raises(MediaError, match="not an mp4"):
        read_movie(data)


def test_any_damage_to_a_film_is_an_error_or_a_film(film):
    luck = np.random.default_rng(1)
    for _ in range(300):
        broken = bytearray(film[: int(luck.integers(8, len(film)))])
        for at in luck.integers(0, len(broken), 4):
            broken[at] = int(luck.integers(256))
        with contextlib.suppress(MediaError):
            read_movie(bytes(broken))


def test_a_file_is_made_once(tmp_path):
    cache, made = MediaCache(tmp_path), []

    def make(path):
        made.append(path)
        path.write_text("a fox")

    one, two = cache.get(b"fox", ".txt", make), cache.get(b"fox", ".txt", make)
    assert one == two and one.read_text() == "a fox" and len(made) == 1
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [one.name]


def test_what_fails_leaves_nothing_behind(tmp_path):
    def fail(path):
        path.write_text("half")
        raise RuntimeError("no more paper")

    with pytest.raises(RuntimeError):
        MediaCache(tmp_path).get(b"fox", ".txt", fail)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_files_used_longest_ago_go_first(tmp_path):
    cache = MediaCache(tmp_path, max_bytes=250)
    paths = [cache.get(bytes([n]), ".bin", lambda path: path.write_bytes(bytes(100))) for n in range(4)]
    for age, path in enumerate(paths):
        os.utime(path, (1000 + age, 1000 + age))
    cache.get(b"\0", ".bin", lambda path: None)
    cache.tidy()
    assert [path.exists() for path in paths] == [True, False, False, True]


def test_a_killed_process_leaves_no_half_file(tmp_path):
    script = (
        "import os, sys; from pathlib import Path; from visgenenv.media.cache import MediaCache\n"
        "def make(path):\n    path.write_bytes(bytes(1000)); os.kill(os.getpid(), 9)\n"
        "MediaCache(sys.argv[1]).get(b'fox', '.bin', make)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False).returncode == -9
    cache = MediaCache(tmp_path)
    assert not cache.path(b"fox", ".bin").exists()
    assert cache.get(b"fox", ".bin", lambda path: path.write_bytes(bytes(7))).stat().st_size == 7
    os.utime(cache.path(b"fox", ".bin"), (4_000_000_000, 4_000_000_000))
    cache.tidy()
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".bin"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(MediaError, match="media cache"):
        MediaCache(Path(blocked)).get(b"x", ".bin", lambda path: None)
