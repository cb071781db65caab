"""Taking files in: exact and upright sizes, hostile and broken files by name, rescans, and a real kill in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import warnings
import wave
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from visgenenv import MediaDB
from visgenenv.errors import MediaError
from visgenenv.media.library import probing
from visgenenv.media.library.entry import Entry
from visgenenv.media.library.probing import probe
from visgenenv.media.library.readers import Job, _carefully
from visgenenv.media.library.refusal import Refused, printable
from visgenenv.media.library.walking import Found
from visgenenv.testing import check_media


def picture(path: Path, width: int = 64, height: int = 48, shade: int = 0, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(shade).integers(0, 255, (height, width, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, **options)  # type: ignore[arg-type]
    return path


def sound(path: Path, n_samples: int = 4410, rate: int = 44100, level: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        file.writeframes(np.full((n_samples, 2), level, "<i2").tobytes())
    return path


def film(
    path: Path,
    n_frames: int = 24,
    fps: int | Fraction = 24,
    codec: str = "libx264",
    audio: str = "",
    options: dict[str, str] | None = None,
) -> Path:
    with av.open(str(path), "w", options=options or {}) as file:
        stream = file.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        if audio:
            voice = file.add_stream(audio, rate=48000)
            voice.layout = "stereo"
        for index in range(n_frames):
            grey = np.full((64, 96, 3), index * 5 % 255, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
        file.mux(stream.encode(None))
        for at in range(0, int(48000 * n_frames / fps) if audio else 0, 960):
            piece = av.AudioFrame.from_ndarray(np.zeros((2, 960), "f4"), "fltp", "stereo")
            piece.sample_rate, piece.pts = 48000, at
            file.mux(voice.encode(piece))
        if audio:
            file.mux(voice.encode(None))
    return path


def turned(path: Path) -> Path:
    """Give the film of an mp4 the matrix that phones write for a quarter turn."""
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4 + 40
    content[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    return path


def taken(tmp_path: Path, folder: Path) -> tuple[dict[str, Entry], dict[str, str]]:
    """Take a folder in; return entries and reasons by name."""
    media = MediaDB(tmp_path / "db")
    report = media.add(folder)
    entries = {os.path.relpath(one.path, folder): one for one in media.entries()}
    assert len(entries) == report.entries
    return entries, {one.name: one.reason for one in report.left_out}


def test_pictures_are_recorded_as_they_are_seen(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(folder / "upright.jpg", 60, 40)
    picture(folder / "phone.jpg", 60, 40, 1, exif=exif)
    picture(folder / "phone.png", 60, 40, 2, exif=exif)
    picture(folder / "phone.webp", 60, 40, 3, exif=exif)
    for number, form in enumerate(("gif", "bmp", "tiff")):
        picture(folder / f"one.{form}", 50, 30, 10 + number)
    entries, reasons = taken(tmp_path, folder)
    assert not reasons
    sizes = {name: (one.width, one.height) for name, one in entries.items()}
    assert sizes == {
        "upright.jpg": (60, 40),
        "phone.jpg": (40, 60),
        "phone.png": (40, 60),
        "phone.webp": (40, 60),
        "one.gif": (50, 30),
        "one.bmp": (50, 30),
        "one.tiff": (50, 30),
    }


def test_films_have_the_frames_a_decoder_counts(tmp_path: Path) -> None:
    ntsc = Fraction(30000, 1001)
    cases = {
        film(tmp_path / "a.mp4", 48, 24, audio="aac"): (48, (24, 1)),
        film(tmp_path / "b.mov", 31, ntsc): (31, (30000, 1001)),
        film(tmp_path / "c.mp4", 30, 25, options={"movflags": "frag_keyframe+empty_moov"}): (30, (25, 1)),
        film(tmp_path / "d.webm", 20, 25, "libvpx"): (20, (25, 1)),
        film(tmp_path / "e.avi", 20, 25, "mpeg4"): (20, (25, 1)),
    }
    for path, (n_frames, fps) in cases.items():
        found = probe(str(path), deep=True)
        assert (found.kind, found.width, found.height) == ("video", 96, 64), path
        assert (found.n_frames, found.fps) == (n_frames, fps), path
        with av.open(str(path)) as file:
            assert sum(1 for _ in file.decode(video=0)) == n_frames
    heard = probe(str(tmp_path / "a.mp4"))
    assert (heard.n_samples, heard.sample_rate, heard.channels) == (96000, 48000, 2)


def test_a_phones_film_is_recorded_upright(tmp_path: Path) -> None:
    found = probe(str(turned(film(tmp_path / "phone.mp4"))))
    assert (found.width, found.height) == (64, 96)
    fragmented = film(tmp_path / "f.mp4", options={"movflags": "frag_keyframe+empty_moov"})
    assert probe(str(turned(fragmented))).width == 64


@pytest.mark.parametrize(
    ("codec", "form", "suffix"),
    [("pcm_s16le", "wav", "wav"), ("flac", "flac", "flac"), ("libmp3lame", "mp3", "mp3"), 
     ("libopus", "opus", "opus"), ("aac", "mp4a", "m4a"), ("aac", "aac", "aac")],
)  # fmt: skip
def test_sounds_have_the_samples_a_decoder_gives(tmp_path: Path, codec: str, form: str, suffix: str) -> None:
    path, rate = tmp_path / f"tone.{suffix}", 48000
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate)
        stream.layout = "stereo"
        tone = np.sin(np.arange(rate * 2) / 20).astype("f4") * 0.3
        for at in range(0, len(tone), 960):
            piece = av.AudioFrame.from_ndarray(np.stack([tone[at : at + 960]] * 2), "fltp", "stereo")
            piece.sample_rate, piece.pts = rate, at
            resampled = av.AudioResampler(stream.codec_context.format.name, "stereo", rate).resample(piece)
            for one in resampled:
                file.mux(stream.encode(one))
        file.mux(stream.encode(None))
    found = probe(str(path), deep=True)
    assert (found.kind, found.form, found.sample_rate, found.channels) == ("audio", form, rate, 2)
    assert found.n_samples == pytest.approx(2 * rate, abs=0 if suffix in ("wav", "flac", "m4a") else 3000)


def test_an_ogg_sound_has_the_samples_a_decoder_gives() -> None:
    path = Path(__file__).parent.parent / "media_db" / "sounds" / "rock.ogg"
    found = probe(str(path), deep=True)
    with av.open(str(path)) as file:
        assert found.n_samples == sum(piece.samples for piece in file.decode(audio=0))
    assert (found.form, found.sample_rate, found.channels) == ("vorbis", 96000, 2)


def hostile(folder: Path) -> dict[str, str]:
    """Fill a folder with what must be left out; return part of the reason by printable name."""
    whole = picture(folder / "whole.jpg", 300, 200, 1).read_bytes()
    files = {
        "zero.png": b"",
        "cut.jpg": whole[: len(whole) // 2],
        "text.png": b"this is no picture\n" * 20,
        "shell.mp4": b"#!/bin/sh\nrm -rf /\n" * 20,
        "playlist.mp4": b"#EXTM3U\nfile:///etc/passwd\n",
        "header-only.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "archive.zip": b"PK\x03\x04" + bytes(40),
        "bomb.png": bomb(60_000, 60_000),
        "wide.png": bomb(40_000, 20),
        "tiny.gif": Path(picture(folder / "t.gif", 4, 4, 7)).read_bytes(),
    }
    (folder / "t.gif").unlink()
    png = picture(folder / "p.png", 200, 200, 2).read_bytes()
    files["cut.png"] = png[: len(png) // 2]
    webp = picture(folder / "p.webp", 200, 200, 3).read_bytes()
    files["cut.webp"] = webp[: len(webp) // 2]
    bmp = picture(folder / "p.bmp", 200, 200, 3).read_bytes()
    files["head.bmp"] = bmp[:54]
    wav = sound(folder / "p.wav").read_bytes()
    files["cut.wav"] = wav[: len(wav) // 2]
    mp4 = film(folder / "p.mp4").read_bytes()
    files["cut.mp4"], files["no-index.mp4"] = mp4[:-200], mp4[: mp4.index(b"moov") - 4]
    for name in ("p.png", "p.webp", "p.bmp", "p.wav", "p.mp4"):
        (folder / name).unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {
        "zero.png": "0 bytes", "cut.jpg": "cut off", "text.png": "not a picture", "shell.mp4": "not a picture",
        "playlist.mp4": "not a picture", "header-only.jpg": "broken", "drawing.svg": "not a picture",
        "archive.zip": "not a picture", "bomb.png": "too many pixels", "wide.png": "30,000 pixels",
        "tiny.gif": "sides of 16", "cut.png": "cut off", "cut.webp": "", "head.bmp": "cut off", "cut.wav": "cut off",
        "cut.mp4": "cut off", "no-index.mp4": "no index",
    }  # fmt: skip


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that says it has so many pixels, in a hundred bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_broken_and_hostile_contents_are_named_and_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    expected = hostile(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        entries, reasons = taken(tmp_path, folder)
    assert set(entries) == {"whole.jpg"}
    assert set(reasons) == set(expected)
    for name, part in expected.items():
        assert part in reasons[name], f"{name}: {reasons[name]}"


def test_the_content_decides_what_a_file_is(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    picture(folder / "really.png").rename(folder / "photo.mp4")
    sound(folder / "t.wav").rename(folder / "sound.jpg")
    film(folder / "f.mp4").rename(folder / "film")
    entries, reasons = taken(tmp_path, folder)
    assert {name: one.kind for name, one in entries.items()} == {
        "photo.mp4": "image",
        "sound.jpg": "audio",
        "film": "video",
    }
    assert not reasons


def test_names_links_pipes_and_devices_are_no_danger(tmp_path: Path) -> None:
    folder, outside = tmp_path / "f", picture(tmp_path / "outside" / "secret.png", shade=5)
    inside = picture(folder / "fox.png")
    picture(folder / "bad\x1b[31m\nname.png", shade=1)
    picture(folder / "reversed\u202egnp.png", shade=2)
    shutil.copy(inside, os.fsencode(folder) + b"/latin-\xe9.png")
    (folder / "link.png").symlink_to(outside)
    (folder / "all").symlink_to(outside.parent)
    (folder / "loop").symlink_to(folder)
    (folder / "same.png").symlink_to(inside)
    (folder / "nowhere.png").symlink_to(folder / "nothing")
    os.mkfifo(folder / "pipe.png")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))
        entries, reasons = taken(tmp_path, folder)
    assert set(entries) == {"fox.png"}
    assert reasons == {
        "bad\\x1b[31m\\nname.png": "its name has control characters or is not UTF-8",
        "reversed\\u202egnp.png": "its name has control characters or is not UTF-8",
        "latin-\\xe9.png": "its name has control characters or is not UTF-8",
        "link.png": "a link that leads out of the folder",
        "all": "a link that leads out of the folder",
        "nowhere.png": "a link that leads nowhere",
        "pipe.png": "a named pipe",
        "socket": "a socket",
    }


def test_a_pipe_that_takes_a_files_place_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(Refused, match="not a regular file"):
        probe(str(tmp_path / "pipe.png"))
    (tmp_path / "link.png").symlink_to(picture(tmp_path / "real.png"))
    with pytest.raises(Refused, match="cannot be read"):
        probe(str(tmp_path / "link.png"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_unreadable_files_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    picture(folder / "fox.png").chmod(0)
    _, reasons = taken(tmp_path, folder)
    assert "Permission denied" in reasons["fox.png"]


def test_too_large_files_are_left_out_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(probing.LARGEST, "image", 1 << 20)
    path = picture(tmp_path / "huge.png")
    with path.open("r+b") as file:
        file.truncate(40 << 30)  # sparse
    with pytest.raises(Refused, match="too large: 40,960 MiB"):
        probe(str(path))


def test_duplicates_are_named_with_what_they_repeat(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    first = picture(folder / "a.png")
    shutil.copy(first, folder / "b.png")
    os.link(first, folder / "c.png")
    entries, reasons = taken(tmp_path, folder)
    assert set(entries) == {"a.png"}
    assert reasons == {"b.png": "same content as a.png", "c.png": "same content as a.png"}
    first.unlink()
    (folder / "c.png").unlink()
    entries, reasons = taken(tmp_path, folder)
    assert set(entries) == {"b.png"}, "what was left out comes in when the first is gone"
    assert not reasons


def test_films_that_differ_only_in_the_middle_are_two(tmp_path: Path) -> None:
    one, two = (sound(tmp_path / f"{name}.wav", 600_000) for name in "ab")
    content = bytearray(two.read_bytes())
    content[1_200_000:1_300_000] = bytes(range(256)) * 390 + bytes(160)
    two.write_bytes(content)
    assert probe(str(one)).fingerprint != probe(str(two)).fingerprint


def test_damage_inside_is_found_by_a_deep_look(tmp_path: Path) -> None:
    path = picture(tmp_path / "f" / "fox.png", 200, 200)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 400] = bytes(400)
    path.write_bytes(content)
    assert probe(str(path)).width == 200
    with pytest.raises(Refused, match="broken"):
        probe(str(path), deep=True)
    media = MediaDB(tmp_path / "db")
    assert media.add(path.parent).added == 1
    assert [one.name for one in media.check(deep=True)] == [str(path)]
    assert not list(media.check())


def test_a_rescan_reads_only_what_has_changed(tmp_path: Path) -> None:
    folder, media = tmp_path / "f", MediaDB(tmp_path / "db")
    for number in range(4):
        picture(folder / f"{number}.png", shade=number)
    first = media.add(folder)
    assert (first.entries, first.added, first.unchanged, first.removed) == (4, 4, 0, 0)
    version = media.version
    again = media.add(folder)
    assert (again.entries, again.added, again.unchanged, again.removed) == (4, 0, 4, 0)
    assert media.version == version
    (folder / "0.png").unlink()
    picture(folder / "1.png", 90, 90, 1)
    picture(folder / "new" / "4.png", shade=4)
    third = media.add(folder)
    assert (third.entries, third.added, third.unchanged, third.removed) == (4, 2, 2, 1)
    assert media.version != version
    assert {os.path.relpath(one.path, folder): one.width for one in media.entries()} == {
        "1.png": 90, "2.png": 64, "3.png": 64, "new/4.png": 64,
    }  # fmt: skip
    check_media(media)


def test_a_caption_that_changes_is_read_again(tmp_path: Path) -> None:
    folder, media = tmp_path / "f", MediaDB(tmp_path / "db")
    picture(folder / "one.png")
    (folder / "one.txt").write_text("a fox", "utf-8")
    (folder / "one.png.json").write_text("{broken", "utf-8")
    report = media.add(folder)
    assert [(one.name, one.reason.split(":")[0]) for one in report.left_out] == [
        ("one.png.json", "not read as a caption")
    ]
    assert media.draw("image", words="fox") is not None
    assert media.add(folder).unchanged == 1
    (folder / "one.txt").write_text("一只小狗", "utf-8")
    (folder / "one.png.json").write_text('{"tags": ["beach"], "license": "CC0-1.0"}', "utf-8")
    report = media.add(folder)
    assert not report.left_out
    assert media.draw("image", words="fox") is None
    entry = media.draw("image", words=("dog", "beach"), least=2)
    assert entry is not None
    assert (entry.caption, entry.licence) == ("一只小狗", "CC0-1.0")


def test_tags_stay_until_others_are_given(tmp_path: Path) -> None:
    media = MediaDB(tmp_path / "db")
    picture(tmp_path / "f" / "fox.png")
    media.add(tmp_path / "f", tags=["雪地", "My Trip"])
    assert next(media.entries()).words == ("snow", "雪地", "trip", "my trip", "fox")
    assert media.add(tmp_path / "f").unchanged == 1
    assert media.draw("image", words=("my trip",)) is not None
    media.add(tmp_path / "f", tags=[])
    assert next(media.entries()).words == ("fox",)


def test_a_database_may_lie_inside_the_folder(tmp_path: Path) -> None:
    picture(tmp_path / "fox.png")
    for home in (tmp_path, tmp_path / "db"):
        media = MediaDB(home)
        for _ in range(2):
            report = media.add(tmp_path)
            assert (report.entries, media.count()) == (1, 1)
            assert not report.left_out, report.left_out
        shutil.rmtree(home / "..." if home == tmp_path else home, ignore_errors=True)
        for path in [*tmp_path.glob("library*"), *tmp_path.glob("arrays-*")]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_mistakes_of_the_user_are_told(tmp_path: Path) -> None:
    media = MediaDB(tmp_path / "db")
    with pytest.raises(MediaError, match="no such folder"):
        media.add(tmp_path / "none")
    with pytest.raises(MediaError, match="not a folder"):
        media.add(picture(tmp_path / "x.png"))


def test_removing_forgets_files_and_folders_and_touches_none(tmp_path: Path) -> None:
    folder, media = tmp_path / "f", MediaDB(tmp_path / "db")
    for name in ("a/1.png", "a/2.png", "ab/3.png", "4.png"):
        picture(folder / name, shade=ord(name[-5]))
    media.add(folder)
    assert [media.remove(folder / "a"), media.remove(folder / "4.png"), media.remove(folder / "none")] == [2, 1, 0]
    assert [Path(one.path).name for one in media.entries()] == ["3.png"]
    assert (folder / "a" / "1.png").exists()
    assert media.add(folder).added == 3
    assert media.remove(tmp_path) == 4
    assert media.count() == 0


def test_only_one_process_writes(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from visgenenv.media.library.writer import Writer
with Writer(Path(sys.argv[1])):
    print("holding", flush=True)
    sys.stdin.read()"""
    command = [sys.executable, "-c", code, str(tmp_path / "db")]
    picture(tmp_path / "f" / "fox.png")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "holding\n"
        with pytest.raises(MediaError, match="another process is changing"):
            MediaDB(tmp_path / "db").add(tmp_path / "f")
        other.communicate("")
    assert MediaDB(tmp_path / "db").add(tmp_path / "f").added == 1


ADD = """
import signal, sys
from visgenenv import MediaDB
signal.signal(signal.SIGINT, signal.default_int_handler)  # a runner in the background may have it ignored
if __name__ == "__main__":
    def told(done, total):
        print(done, total, flush=True)
    MediaDB(sys.argv[1]).add(sys.argv[2], progress=told, workers=int(sys.argv[3]))"""


def interrupted(tmp_path: Path, folder: Path, workers: int, how: signal.Signals) -> subprocess.Popen[str]:
    """Start adding in a process of its own and end it when some files are in."""
    script = tmp_path / "add.py"
    script.write_text(ADD)
    command = [sys.executable, str(script), str(tmp_path / "db"), str(folder), str(workers)]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True, "start_new_session": True}
    with subprocess.Popen(command, **quiet) as process:  # type: ignore[call-overload]
        for line in process.stdout:
            done, total = map(int, line.split())
            if 0 < done < total:
                process.send_signal(how)
                break
        process.stdout.read()
    return process


@pytest.mark.parametrize(("workers", "how"), [(1, signal.SIGKILL), (2, signal.SIGKILL), (2, signal.SIGINT)])
def test_what_a_killed_run_had_written_stays_and_the_rerun_finishes(
    tmp_path: Path, workers: int, how: signal.Signals
) -> None:
    folder, count = tmp_path / "f", 4000
    folder.mkdir()
    base = picture(tmp_path / "base.png", 32, 32).read_bytes()
    for number in range(count):
        (folder / f"fox-{number}.png").write_bytes(base + number.to_bytes(4))
    process = interrupted(tmp_path, folder, workers, how)
    assert process.returncode == (-how if how == signal.SIGKILL else -signal.SIGINT)
    media = MediaDB(tmp_path / "db")
    held = media.count()
    assert 0 < held < count, "the database opens, and holds the chunks that were written"
    assert held == len(list(media.entries()))
    assert media.draw("image", 1, 1, words="a fox", u=0.5) is not None
    assert not list(media.check())
    assert not list((tmp_path / "db").glob(".arrays-*"))
    _no_orphans(process.pid)
    report = media.add(folder, workers=1)
    assert (report.entries, report.added) == (count, count - held)
    assert media.count() == count


def _no_orphans(session: int) -> None:
    """Wait until no process of a session is left: readers end with the one that started them."""
    for _ in range(100):
        stats = list(Path("/proc").glob("[0-9]*/stat"))
        left = []
        for path in stats:
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                left.append(path)
        if not left:
            return
        time.sleep(0.1)
    raise AssertionError(f"left running: {left}")


def test_a_file_that_crashes_its_reader_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash = tmp_path / "crash.py"
    crash.write_text("import os, visgenenv.media.library.readers as readers\n"
                     "plain = readers.probe\n"
                     "readers.probe = lambda path, deep: os._exit(9) if 'bad' in path else plain(path, deep)\n")  # fmt: skip
    folder = tmp_path / "f"
    names = [f"{name}.png" for name in ("a", "bad")]
    for number, name in enumerate(names):
        picture(folder / name, shade=number)
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import crash
from visgenenv.media.library.readers import Job, _carefully
from visgenenv.media.library.walking import Found
if __name__ == "__main__":
    for one in _carefully(Job({str(folder)!r}), [Found(name, "1") for name in {names!r}]):
        print(one.name, one.reason)"""
    script = tmp_path / "run.py"
    script.write_text(code)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.splitlines() == ["a.png ", "bad.png broken: the process that read it crashed"]


def test_a_script_without_a_main_guard_still_gets_its_files_in(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    base = picture(tmp_path / "base.png", 32, 32).read_bytes()
    for number in range(1600):
        (folder / f"{number}.png").write_bytes(base + number.to_bytes(4))
    script = tmp_path / "run.py"
    script.write_text(
        "import sys\nfrom visgenenv import MediaDB\nprint(MediaDB(sys.argv[1]).add(sys.argv[2], workers=2).entries)\n"
    )
    command = [sys.executable, str(script), str(tmp_path / "db"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.split()[-1] == "1600", done.stderr[-2000:]


def test_printable_names_have_nothing_left_to_interpret() -> None:
    assert printable("a\x1b[31m\tb") == "a\\x1b[31m\\tb"
    assert printable("caf\u00e9 \u72d0\u72f8.png") == "caf\u00e9 \u72d0\u72f8.png"
    assert printable(os.fsdecode(b"x\xff")) == "x\\xff"
    assert printable("\u202eabc") == "\\u202eabc"


def test_readers_keep_the_order_of_the_files(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    read = _carefully(Job(str(tmp_path)), [Found("a.png", "1"), Found("none.png", "1")])
    assert [(one.name, bool(one.probe)) for one in read] == [("a.png", True), ("none.png", False)]


def test_a_parquet_file_without_pyarrow_is_answered_by_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "photos.parquet").write_bytes(b"PAR1")
    with pytest.raises(MediaError, match=r"photos\.parquet: reading Parquet needs pyarrow: pip install pyarrow"):
        MediaDB(tmp_path / "db").add(tmp_path / "photos.parquet")
