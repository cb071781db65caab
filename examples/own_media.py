"""Bring your own media: take a folder of files into a database, look at what was left out, and draw from it."""

import tempfile
from pathlib import Path

from PIL import Image

from visgenenv import MediaDB, VisGenEnv
from visgenenv.testing import check_media


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        photos = Path(temporary, "photos")
        (photos / "in the snow").mkdir(parents=True)
        Image.new("RGB", (640, 360), "orange").save(photos / "in the snow" / "red-fox.jpg")
        Image.new("RGB", (360, 640), "navy").save(photos / "lighthouse_at_night.png")
        (photos / "lighthouse_at_night.txt").write_text("夜空下的灯塔", "utf-8")  # a caption beside it
        (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")

        media = MediaDB(Path(temporary, "media"))
        report = media.add(photos, tags=["holidays"])  # as: visgenenv media add photos --tags holidays
        print(report.added, "added;", *(f"{one.name}: {one.reason}" for one in report.left_out))

        for words, size in (("a fox", (1024, 1024)), ("a tower at night", (1024, 1024)), ((), (1280, 720))):
            entry = media.draw("image", *size, words=words, u=0.3)
            print(words, size, "->", entry and (Path(entry.path).name, entry.width, entry.height, entry.words))

        check_media(media)
        again = media.add(photos)  # only what has changed is read
        print(again.unchanged, "unchanged")

        env = VisGenEnv(tasks="paper", tools="all", media=media)  # match="random" in MediaDB: the paper's setting
        env.reset(seed=0)
        call = '{"name": "tool_text2image_gemini", "arguments": {"prompt": "a red fox", "aspect_ratio": "16:9"}}'
        env.step(f"<think>see what the fox looks like</think><tool_call>{call}</tool_call>")
        picture = env.workspace.open(env.trajectory.assets[-1].url)
        print("shown:", picture.size, picture.getpixel((10, 10)))


if __name__ == "__main__":
    main()
