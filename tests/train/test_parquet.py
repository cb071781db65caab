"""Media out of Parquet files, as Hugging Face datasets writes them. Here because pyarrow comes with `datasets`."""

import io

import pytest
from PIL import Image

from visgenenv import MediaDB
from visgenenv.errors import MediaError
from visgenenv.media.library.parquet import unpacked

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def png(colour, size=(64, 48)):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def file(tmp_path):
    """Three rows, the last one broken, with captions and numbered labels."""
    datasets = pytest.importorskip("datasets")
    labels = datasets.ClassLabel(names=["fox", "cat"])
    features = datasets.Features({"image": datasets.Image(), "caption": datasets.Value("string"), "label": labels})
    rows = {
        "image": [{"bytes": png((200, 0, 0)), "path": "../../evil/red one.png"}, {"bytes": png((0, 0, 200)), "path": None}, {"bytes": b"no picture", "path": "x.jpg"}],
        "caption": ["in the snow", "on a beach", ""],
        "label": [0, 1, 1],
    }  # fmt: skip
    path = tmp_path / "photos.parquet"
    datasets.Dataset.from_dict(rows, features=features).to_parquet(str(path))
    return path


def test_a_dataset_is_taken_in_with_its_captions_and_labels(file, tmp_path):
    media = MediaDB(tmp_path / "db")
    report = media.add(file, workers=1)
    assert (report.entries, len(report.left_out)) == (2, 1)
    entry = media.draw("image", 64, 48, words="a fox", u=0.0)
    assert entry is not None and {"fox", "snow"} <= set(entry.words)
    assert not list(media.check(deep=True))
    inside = unpacked(tmp_path / "db", file)
    assert all(path.resolve().is_relative_to(inside) for path in inside.rglob("*")) and not (tmp_path / "evil").exists()


def test_a_second_run_reads_nothing_and_a_removal_leaves_nothing(file, tmp_path):
    media = MediaDB(tmp_path / "db")
    media.add(file, workers=1)
    assert media.add(file, workers=1).added == 0
    assert media.remove(file) == 2 and media.count() == 0
    assert not unpacked(tmp_path / "db", file).exists()


def test_a_run_that_was_interrupted_goes_on(file, tmp_path):
    media = MediaDB(tmp_path / "db")
    media.add(file, workers=1)
    inside = unpacked(tmp_path / "db", file)
    mark = inside / ".source.json"
    mark.write_bytes(mark.read_bytes().replace(b"true", b"false"))
    pictures = sorted(path for path in inside.iterdir() if path.suffix == ".png")
    pictures[0].unlink()
    assert media.add(file, workers=1).entries == 2 and pictures[0].is_file()


def test_what_is_no_parquet_file_or_holds_no_media_is_named(tmp_path):
    media = MediaDB(tmp_path / "db")
    with pytest.raises(MediaError, match="No such file"):
        media.add(tmp_path / "nothing.parquet")
    (tmp_path / "text.parquet").write_bytes(b"hello" * 100)
    with pytest.raises(MediaError, match="not a Parquet file"):
        media.add(tmp_path / "text.parquet")
    parquet.write_table(pyarrow.table({"caption": ["a fox"]}), tmp_path / "words.parquet")
    with pytest.raises(MediaError, match="no column of it holds media"):
        media.add(tmp_path / "words.parquet")
