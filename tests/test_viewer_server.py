"""The server of the viewer: it answers its own page on this machine, and nothing else to nobody else."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

import orjson
import pytest
from msgspec.structs import replace
from viewer_records import both, hostile_row, lines_of, write

from visgenenv.errors import MediaError, TraceError
from visgenenv.media.cache import default_folder
from visgenenv.rewards import score
from visgenenv.trace import to_json
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Recipe
from visgenenv.viewer import Store, ViewServer
from visgenenv.viewer.guard import Guard
from visgenenv.viewer.studio import Studio


@pytest.fixture(scope="module")
def records() -> list[Trajectory]:
    return both()[:5]


class Client:
    """Speaks HTTP with a server as it is told to, so that it can also say what no browser would."""

    def __init__(self, server: ViewServer):
        self.server = server
        self.port = int(re.findall(r":(\d+)/", server.url)[0])

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), body

    def json(self, path: str) -> Any:
        status, _, body = self.ask(path)
        assert status == 200, body
        return json.loads(body)

    def index(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(re.findall(rb'id="index">(.*?)</script>', self.ask("/")[2], re.DOTALL)[0])
        return found


@contextmanager
def serving(*paths: Path) -> Iterator[Client]:
    with ViewServer(Store(paths), film_height=90) as server:
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        try:
            yield Client(server)
        finally:
            server.stop()
            thread.join()


@pytest.fixture(scope="module")
def file(records: list[Trajectory], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "traces.jsonl"
    path.write_bytes(lines_of(records, step=3))
    return path


@pytest.fixture(scope="module")
def client(file: Path) -> Iterator[Client]:
    with serving(file) as served:
        yield served


def test_the_page_lists_every_episode_with_its_step(client: Client, records: list[Trajectory]) -> None:
    index = client.index()
    tasks = [index["tasks"][place][0] for place in index["rows"]["task"]]
    assert tasks == [record.task.id for record in records]
    assert index["rows"]["step"] == [3] * 5
    assert [index["policies"][place] for place in index["rows"]["policy"]] == ["expert"] * 4 + ["random"]


def test_scoring_begins_when_the_page_is_on_screen_and_asks(file: Path, records: list[Trajectory]) -> None:
    with serving(file) as client:
        client.index()
        assert client.server.pages.scorer.since(0) == ([], 0)
        assert client.json("/api/0/scores/0")["total"] == len(records)


def test_scores_come_as_they_are_made(client: Client, records: list[Trajectory]) -> None:
    for _ in range(600):
        news = client.json("/api/0/scores/0")
        if len(news["rows"]) == news["total"] == 5:
            break
        sleep(0.1)
    for place, marks in news["rows"]:
        assert marks[0] == pytest.approx(score(records[place]).reward, abs=5e-5)


def test_an_episode_can_be_scored_by_any_preset(client: Client, records: list[Trajectory]) -> None:
    assert client.json("/api/0/episode/4")["score"]["preset"] == "hardened"
    for preset in ("paper", "RL1", "additive"):
        assert client.json(f"/api/0/score/4/{preset}")["reward"] == score(records[4], preset).reward
    assert client.ask("/api/0/score/4/nonsense")[0] == 404


def test_files_of_assets_are_made_when_they_are_asked_for(client: Client) -> None:
    assets = client.json("/api/0/episode/0")["assets"]
    status, headers, body = client.ask("/" + assets[0]["thumb"])
    assert (status, headers["Content-Type"], body[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert client.ask("/media/0/0/" + assets[0]["id"] + "/film")[0] == 404
    assert client.ask("/media/0/0/img_00000000/thumb")[0] == 404


def test_a_part_of_a_file_can_be_asked_for_as_players_do(client: Client) -> None:
    link = "/" + client.json("/api/0/episode/0")["assets"][0]["still"]
    whole = client.ask(link)[2]
    status, headers, body = client.ask(link, Range="bytes=10-19")
    assert (status, headers["Content-Range"], body) == (206, f"bytes 10-19/{len(whole)}", whole[10:20])
    assert client.ask(link, Range="bytes=-7")[2] == whole[-7:]
    assert client.ask(link, Range=f"bytes={len(whole) - 3}-")[2] == whole[-3:]
    for nonsense in ("bytes=9-3", "bytes=x-", "bytes=-", "pages=1-2"):
        assert client.ask(link, Range=nonsense)[2] == whole
    assert client.ask(link, method="HEAD")[2] == b""


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "0.0.0.0", "evil"]
)
def test_a_name_that_was_made_to_point_here_is_refused(client: Client, host: str) -> None:
    for path in ("/", "/api/0/episode/0"):
        assert client.ask(path, Host=host)[0] == 403


@pytest.mark.parametrize("host", ["127.0.0.1:9999", "localhost:80", "LOCALHOST"])
def test_this_machine_is_known_by_its_own_names_at_any_forwarded_port(client: Client, host: str) -> None:
    assert client.ask("/", Host=host)[0] == 200


def test_other_pages_cannot_ask_for_episodes(client: Client) -> None:
    for path in ("/api/0/episode/0", "/api/0/scores/0"):
        assert client.ask(path, Sec_Fetch_Site="cross-site")[0] == 403
        assert client.ask(path, Sec_Fetch_Site="same-site")[0] == 403
        status, headers, _ = client.ask(path, Sec_Fetch_Site="same-origin")
        assert status == 200
        assert "Access-Control-Allow-Origin" not in headers
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/media/0/0/../../../etc/passwd", "/etc/passwd", "//etc/passwd",
     "/media/0/0/..%2f..%2fetc%2fpasswd/thumb", "/api/0/episode/999", "/api/0/episode/-1", "/traces.jsonl", "/api",
     "/media/0/0/img_x/thumb/..", "/api/0/episode/1.0", "/api/99999999999/episode/0"],
)  # fmt: skip
def test_nothing_else_is_served(client: Client, path: str) -> None:
    assert client.ask(path)[0] == 404


def test_nothing_can_be_sent_to_it(client: Client) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert client.ask("/", method=method)[0] == 501


def test_every_answer_forbids_foreign_scripts_and_frames(client: Client) -> None:
    for path in ("/", "/api/0/episode/0", "/nothing"):
        headers = client.ask(path)[1]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_it_listens_on_the_loopback_address_only(client: Client) -> None:
    assert client.server.url.startswith("http://127.0.0.1:")
    assert client.server.address[0] == "127.0.0.1"


def test_what_is_appended_is_there_at_the_next_load_and_a_half_line_is_not(
    records: list[Trajectory], tmp_path: Path
) -> None:
    path = tmp_path / "traces.jsonl"
    path.write_bytes(lines_of(records[:1]))
    with serving(path) as client:
        line = lines_of(records[1:2])
        with path.open("ab") as grown:
            grown.write(line[:500])
        assert len(client.index()["rows"]["task"]) == 1
        with path.open("ab") as grown:
            grown.write(line[500:])
        assert len(client.index()["rows"]["task"]) == 2
        assert client.json("/api/0/episode/1")["query"] == records[1].task.query


def test_a_file_that_was_replaced_is_read_anew_and_old_links_say_so(records: list[Trajectory], tmp_path: Path) -> None:
    path, other = tmp_path / "traces.jsonl", tmp_path / "other.jsonl"
    path.write_bytes(lines_of(records[:2]))
    with serving(path) as client:
        assert client.index()["generation"] == 0
        other.write_bytes(lines_of(records[2:3]))
        other.replace(path)
        assert client.index()["generation"] == 1
        assert client.ask("/api/0/episode/0")[0] == 409
        assert client.json("/api/1/episode/0")["query"] == records[2].task.query


def test_a_bad_line_that_is_appended_is_told_on_the_page(records: list[Trajectory], tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    path.write_bytes(lines_of(records[:1]))
    with serving(path) as client:
        with path.open("ab") as grown:
            grown.write(b'{"schema": 99}\n')
        for _ in range(2):
            index = client.index()
            assert len(index["rows"]["task"]) == 1
            assert "line 2: trace schema 99 is newer" in index["problem"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"not json\n", "line 2: "),
        (b"[]\n", "there is no `schema` number"),
        (b'{"schema": 99}\n', "trace schema 99 is newer"),
        (b'{"schema": 1, "task": 3}\n', "not a visgenenv trace"),
        (b"\xff\xfe\n", "line 2: "),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"\n", "line 2: "),
    ],
)
def test_a_file_that_holds_something_else_is_refused_in_one_line(
    line: bytes, said: str, records: list[Trajectory], tmp_path: Path
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(lines_of(records[:1]) + line)
    with pytest.raises(TraceError, match=re.escape(said)) as refusal:
        Store([path])
    assert "\n" not in str(refusal.value)


def test_a_recipe_nested_without_end_is_refused_when_it_is_opened(records: list[Trajectory], tmp_path: Path) -> None:
    row = to_json(records[0])
    recipe: dict[str, Any] = {"node": "scene", "seed": "x", "params": {}, "sources": []}
    for _ in range(400):
        recipe = {"node": "edit", "seed": "x", "params": {}, "sources": [recipe]}
    row["assets"][0]["recipe"] = recipe
    text = json.dumps(row).encode() + b"\n"
    path = tmp_path / "deep.jsonl"
    path.write_bytes(text)
    with serving(path) as client:
        assert client.ask("/")[0] == 200
        status, _, body = client.ask("/api/0/episode/0")
        assert status in (200, 422)
        assert b"Traceback" not in body


def test_a_hostile_record_is_answered_as_text(records: list[Trajectory], tmp_path: Path) -> None:
    with serving(write(tmp_path / "hostile.jsonl", hostile_row(records[0]))) as client:
        body = client.ask("/")[2]
        assert body.count(b"<script") == 2
        told = client.ask("/api/0/episode/0")
        assert told[1]["Content-Type"] == "application/json"
        assert b"<" not in told[2]


def picture(recipe: Recipe, **changes: Any) -> Asset:
    shape = {"width": 640, "height": 480, **changes}
    return Asset("img_aaaa0000", "asset://img_aaaa0000.png", "image", "image/png", recipe, **shape)


def test_a_record_cannot_make_the_viewer_read_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    link = default_folder() / "link.png"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(secret)
    entry = {"kind": "image", "path": str(secret), "width": 8, "height": 8, "n_frames": 0, "fps": [0, 1], "words": []}
    nested = Recipe("edit", "s", {}, (Recipe("scene", "s", {"entry": entry}),))
    recipes = [
        Recipe("file", "s", {"file": str(secret), "fps": [1, 1], "seconds": 1, "audio": False}),
        Recipe("file", "s", {"file": "../" * 20 + str(secret), "fps": [1, 1], "seconds": 1, "audio": False}),
        Recipe("file", "s", {"file": "link.png", "fps": [1, 1], "seconds": 1, "audio": False}),
        Recipe("scene", "s", {"entry": entry}),
        Recipe("scene", "s", {"entry": {**entry, "path": "http://127.0.0.1:1/x.mp4", "kind": "video"}}),
        Recipe("scene", "s", {"entry": {**entry, "path": "concat:/etc/hostname", "kind": "video"}}),
        nested,
    ]
    studio = Studio(90, Guard())
    for recipe in recipes:
        with pytest.raises(MediaError, match="names the file"):
            studio.file("0-0", picture(recipe), "full")
    studio.close()
    link.unlink()


def test_a_record_cannot_make_the_viewer_draw_without_end() -> None:
    scene = Recipe("scene", "s", {"prompt": "a fox"})
    film = {"kind": "video", "mime": "video/mp4", "url": "asset://vid_aaaa0000.mp4"}
    wild = [
        picture(scene, width=10**6, height=10**6),
        picture(scene, width=0),
        picture(scene, width=16_000, height=16_000),
        picture(Recipe("scene", "s", {"seconds": 10**8})),
        picture(Recipe("titles", "s", {"size": [10**6, 2]}, (scene,))),
        picture(scene, n_frames=10, fps=(0, 1)),
    ]
    Guard().check(picture(scene))
    for asset in wild:
        with pytest.raises(MediaError):
            Guard().check(asset)
    for changes in ({"n_frames": 10**9, "fps": (24, 1)}, {"n_frames": 100, "fps": (0, 1)}, {"n_frames": 0}):
        with pytest.raises(MediaError):
            Guard().check(replace(picture(scene), **film, **changes))


def test_a_recipe_that_breaks_its_drawing_is_answered_with_the_reason(
    records: list[Trajectory], tmp_path: Path
) -> None:
    row = to_json(records[0])
    first = next(asset for asset in row["assets"] if asset["kind"] == "image")
    first["recipe"] |= {"node": "titles", "params": {"op": 7, "prompt": 3}, "sources": []}
    path = tmp_path / "broken.jsonl"
    path.write_bytes(orjson.dumps(row) + b"\n")
    with serving(path) as client:
        status, _, body = client.ask(f"/media/0/0/{first['id']}/thumb")
        assert status == 422
        assert body.startswith(b"not drawn: the recipe cannot be drawn")
        assert b"\n" not in body
