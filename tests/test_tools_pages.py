"""The HTML builder: real pages, complete and escaped, whose links lead to the exported files."""

import re
from html.parser import HTMLParser

import pytest

from visgenenv import load_toolbox
from visgenenv.testing import stand_in
from visgenenv.tools import FaultModel, Workspace, load_faults

BOX = load_toolbox()
CALM = load_faults("none")
VOID = {"meta", "img", "br", "hr", "link", "input", "source"}
ASSETS = ("img_fox00001", "img_fox00002", "img_fox00003", "vid_fox00001", "aud_fox00001")


class Reader(HTMLParser):
    """Notes every tag, checks that all are closed in order, and collects links and text."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.links, self.alts, self.text, self.attributes = [], [], [], [], "", []
        self.feed(page)
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        known = dict(attrs)
        if known.get("src"):
            self.links.append(known["src"])
        if tag == "img":
            self.alts.append(known["alt"])

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> out of order"

    def handle_data(self, data):
        self.text += data


def stocked(**special):
    workspace = Workspace(1)
    for name in ASSETS:
        workspace.assets[name] = stand_in(
            name, special.get(name, {"width": 640, "height": 400} if name[:3] == "img" else None)
        )
    return workspace


def build(workspace=None, faults=CALM, **arguments):
    workspace = workspace or stocked()
    result = BOX.call("tool_html_builder", {"title": "The felt fox", **arguments}, workspace, faults=faults)
    return result, workspace


def page(**arguments):
    result, workspace = build(**arguments)
    assert result.ok, result.error
    return workspace.open(result.assets[0].url)


EVERYTHING = [
    {"type": "hero", "heading": "A fox & a <lantern>", "text": "A small film.", "assets": ["img_fox00001"]},
    {"type": "text", "heading": "The story", "text": "One night.\n- It snows.\n- It is cold.\nThe end."},
    {"type": "image", "heading": "The hero", "assets": ["img_fox00002"]},
    {"type": "gallery", "heading": "Sketches", "text": "Three of many.", "assets": ["img_fox00001", "img_fox00002", "img_fox00003"]},
    {"type": "video", "heading": "The film", "assets": ["vid_fox00001"]},
    {"type": "audio", "heading": "The song", "assets": ["aud_fox00001"]},
    {"type": "quote", "heading": "A child", "text": "Again!"},
    {"type": "table", "heading": "Facts", "text": "Name | Length\n--- | ---\nThe film | 30 s\nThe song | 12 s | loud"},
    {"type": "cta", "heading": "Come", "text": "It is free.\nGet tickets | https://cinema.example/tickets"},
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark", "brand"])
@pytest.mark.parametrize("layout", ["landing", "article", "slides", "poster", "gallery"])
def test_every_theme_and_layout_gives_a_whole_page_that_needs_no_network(theme, layout):
    text = page(sections=EVERYTHING, theme=theme, layout=layout, width=1000)
    reader = Reader(text)
    assert text.startswith("<!DOCTYPE html>") and '<html lang="en">' in text and '<meta charset="utf-8">' in text
    assert [reader.tags.count(tag) for tag in ("html", "head", "body", "title", "h1", "section")] == [1, 1, 1, 1, 1, 9]
    assert 'name="viewport"' in text and "--page: 1000px" in text
    assert not re.search(r"https?://(?!cinema\.example)", text) and "@import" not in text


def test_each_section_shows_what_it_is_for():
    reader = Reader(page(sections=EVERYTHING))
    counts = {tag: reader.tags.count(tag) for tag in ("img", "video", "audio", "blockquote", "th", "td", "li", "a")}
    assert counts == {"img": 5, "video": 1, "audio": 1, "blockquote": 1, "th": 3, "td": 6, "li": 2, "a": 1}
    assert reader.links[0] == "asset://img_fox00001.png" and len(reader.links) == 7
    assert all(reader.alts) and "Sketches (2/3)" in reader.alts
    assert ("a", {"class": "button", "href": "https://cinema.example/tickets"}) in reader.attributes
    assert "Get tickets" in reader.text and "A fox & a <lantern>" in reader.text


def test_texts_are_escaped():
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    sections = [{"type": kind, "heading": evil, "text": evil} for kind in ("hero", "text", "quote", "table", "cta")]
    reader = Reader(page(title=evil, sections=sections))
    assert "script" not in reader.tags and "img" not in reader.tags


def test_a_button_only_leads_to_the_web_a_mail_or_the_top():
    text = page(sections=[{"type": "cta", "heading": "x", "text": "Click | javascript:alert(1)"}])
    assert 'href="#top"' in text and 'href="javascript' not in text


def test_the_result_names_the_link_the_exact_size_and_the_assets_once_each():
    result, workspace = build(sections=EVERYTHING)
    text, asset = workspace.open(result.assets[0].url), result.assets[0]
    assert (asset.kind, asset.mime, asset.subtype) == ("document", "text/html", "page") and asset.url.endswith(".html")
    assert result.data["url"] == asset.url and result.data["size_bytes"] == len(text.encode())
    assert result.data["referenced_assets"] == [
        "asset://img_fox00001.png", "asset://img_fox00002.png", "asset://img_fox00003.png",
        "asset://vid_fox00001.mp4", "asset://aud_fox00001.wav",
    ]  # fmt: skip
    assert [parent for parent, _ in asset.parents] == list(result.inputs) == [
        "img_fox00001", "img_fox00002", "img_fox00003", "vid_fox00001", "aud_fox00001",
    ]  # fmt: skip


def test_an_exported_page_finds_its_pictures_beside_it(tmp_path):
    result, workspace = build(sections=[{"type": "image", "heading": "Fox", "assets": ["img_fox00001"]}])
    path = workspace.export(result.assets[0].url, tmp_path)
    picture = workspace.export("img_fox00001", tmp_path)
    text = path.read_text(encoding="utf-8")
    assert path.suffix == ".html" and Reader(text).links == [picture.name] and "asset://" not in text


def test_words_of_a_page_that_mention_a_link_are_exported_as_they_are(tmp_path):
    result, workspace = build(sections=[{"type": "text", "text": "See asset://img_fox00001.png there."}])
    assert "See asset://img_fox00001.png there." in workspace.export(result.assets[0].url, tmp_path).read_text("utf-8")


@pytest.mark.parametrize(
    ("kind", "asset", "place"),
    [
        ("gallery", "vid_fox00001", "$.sections[1].assets[0]"),
        ("image", "aud_fox00001", "$.sections[1].assets[0]"),
        ("video", "img_fox00001", "$.sections[1].assets[0]"),
        ("audio", "vid_fox00001", "$.sections[1].assets[0]"),
        ("table", "img_fox00001", "$.sections[1].assets[0]"),
    ],
)
def test_an_asset_of_the_wrong_kind_is_refused_by_its_place(kind, asset, place):
    result, _ = build(sections=[{"type": "text", "text": "x"}, {"type": kind, "assets": [asset]}])
    assert (result.error.type, result.error.http_status) == ("INVALID_ARGUMENT", 400)
    assert place in result.error.message and asset in result.error.message


def test_an_unknown_asset_of_a_section_is_not_found():
    result, _ = build(sections=[{"type": "image", "assets": ["img_nowhere01"]}])
    assert (result.error.type, result.error.http_status) == ("ASSET_NOT_FOUND", 404)


def test_pages_above_20_megabytes_are_refused_unless_assets_stay_outside():
    heavy = {"img_fox00001": {"width": 4096, "height": 4096}}
    sections = [{"type": "image", "heading": "Fox", "assets": ["img_fox00001"]}]
    refused, _ = build(stocked(**heavy), sections=sections)
    assert (refused.error.type, refused.error.http_status) == ("TOO_LARGE", 413)
    assert build(stocked(**heavy), sections=sections, embed_assets=False)[0].ok


def test_a_fragment_is_wrapped_into_a_page():
    result, workspace = build(html="<h2>Fox</h2><p>Hello.</p>")
    reader = Reader(workspace.open(result.assets[0].url))
    assert reader.tags.count("html") == reader.tags.count("body") == 1 and "Hello." in reader.text
    assert result.data["warnings"] == ["html without <html> was wrapped into a page"]


@pytest.mark.parametrize(
    "html", ["<html><head><title>x</title></head><p>Hi</p></html>", "<html><p>Hi</p>", "<body><p>Hi</p></body>"]
)
def test_html_without_a_body_or_a_head_is_completed(html):
    result, workspace = build(html=html)
    reader = Reader(workspace.open(result.assets[0].url))
    assert reader.tags.count("html") == reader.tags.count("body") == 1 and "Hi" in reader.text
    assert len(result.data["warnings"]) == 1


def test_a_complete_page_is_kept_as_it_is():
    html = "<!DOCTYPE html><html><head><script>let a = 1</script></head><body><p>Hi</p></body></html>"
    result, workspace = build(html=html)
    assert workspace.open(result.assets[0].url) == html and "warnings" not in result.data
    assert build(html=html, theme="dark")[0].data["warnings"] == ["no effect on html that is a page already: theme"]


def test_scripts_from_elsewhere_are_dropped_and_inline_ones_kept():
    html = '<html><body><script src="https://x.example/a.js"></script><script>let a = 1</script></body></html>'
    result, workspace = build(html=html)
    assert workspace.open(result.assets[0].url) == "<html><body><script>let a = 1</script></body></html>"
    assert result.data["warnings"] == ["1 script with a src dropped: only inline scripts are kept"]


def test_links_in_html_become_parents_and_unknown_ones_a_warning():
    html = '<html><body><img src="asset://img_fox00001"><img src="asset://img_nowhere01.png"></body></html>'
    result, workspace = build(html=html)
    assert result.data["referenced_assets"] == ["asset://img_fox00001.png"]
    assert result.data["warnings"] == ["broken link: there is no asset asset://img_nowhere01.png"]
    assert result.assets[0].parents == (("img_fox00001", "source"),) and result.inputs == ("img_fox00001",)
    assert 'src="asset://img_fox00001.png"' in workspace.open(result.assets[0].url)


@pytest.mark.parametrize(("title", "lang"), [("A fox", "en"), ("狐狸的故事", "zh-CN")])
def test_a_page_without_words_is_worded_by_a_model_in_the_titles_language(title, lang):
    result, workspace = build(title=title, sections=[{"type": "hero"}, {"type": "gallery", "assets": ["img_fox00001"]}])
    text = workspace.open(result.assets[0].url)
    assert f'<html lang="{lang}">' in text and len(Reader(text).text.strip()) > len(title) + 20
    assert result.usage.cost_usd == 0.06 and 35 * 0.3 <= result.usage.latency_s <= 35 * 6


def test_a_page_from_a_template_is_quick_and_free():
    result, _ = build(sections=[{"type": "text", "text": "Hello."}])
    assert result.usage.cost_usd == 0 and result.usage.latency_s <= 0.8 * 6


def test_only_the_model_can_run_out_of_time():
    model = FaultModel("late", 60.0, types={"INTERNAL": 0.0})
    written = [build(Workspace(seed), model, sections=[{"type": "text"}])[0] for seed in range(60)]
    template = [build(Workspace(seed), model, sections=[{"type": "text", "text": "x"}])[0] for seed in range(60)]
    assert {result.error.type for result in written if result.error} == {"TIMEOUT"}
    assert all(result.ok for result in template)


@pytest.mark.parametrize(
    "html", ["<html", "<html></html", "<body", "</html>", "<script src=", "<!--<html>-->", "x" * 100]
)
def test_broken_html_is_answered_all_the_same(html):
    assert build(html=html)[0].ok
