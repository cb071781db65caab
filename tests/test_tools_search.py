"""The search tools and the summary: what is found and what is not, what it becomes, and how it reads."""

import re
from collections import Counter
from datetime import date

import orjson
import pytest

from visgenenv import load_toolbox
from visgenenv.lexicon import COLOURS, find
from visgenenv.media import truth
from visgenenv.testing import stand_in
from visgenenv.tools import FaultModel, Workspace, load_faults
from visgenenv.tools.simulators.search.factbase import Search, pages, search
from visgenenv.tools.simulators.search.ranking import terms
from visgenenv.tools.simulators.search.stock import describe, library, tags

BOX = load_toolbox()
CALM = load_faults("none")
FAULTY = FaultModel("faulty", 1.0)


def call(name, workspace=None, faults=CALM, **arguments):
    return BOX.call(name, arguments, workspace or Workspace(1), faults=faults)


def found(**arguments):
    result = call("tool_search_content", **arguments)
    assert result.ok, result.error
    return result


def titles(**arguments):
    return [one["title"] for one in found(**arguments).data["results"]]


def inspired(**arguments):
    result = call("tool_search_inspire", **arguments)
    assert result.ok, result.error
    return result


def summarised(workspace=None, **arguments):
    result = call("tool_content_summary", workspace, **arguments)
    assert result.ok, result.error
    return result


# The corpus


def test_the_corpus_is_large_bilingual_and_well_formed():
    known = pages()
    assert len(known) >= 120 and len({page.url for page in known}) == len(known)
    assert Counter(page.lang for page in known).keys() == {"en", "zh"}
    assert {page.topic for page in known} == {"general", "news", "finance"}
    for page in known:
        assert re.fullmatch(r"https://[a-z-]+\.example/[a-z0-9-]+", page.url), page.url
        assert date.fromisoformat(page.published) <= date(2026, 6, 30)
        assert 50 <= len(page.text) <= 900 and page.title and page.image
        assert bool(re.search("[\u4e00-\u9fff]", page.text)) == (page.lang == "zh"), page.url


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.url[8:])
def test_every_page_is_found_first_by_its_own_title(page):
    assert search(Search(page.title, limit=1))[0].page is page


def test_words_are_reduced_to_what_their_forms_share():
    assert terms("Foxes hunting mice")[:2] == terms("fox hunts")
    assert terms("中国的剪纸") == ["中国", "剪纸"]


# Searching pages


def test_results_come_best_first_with_scores_from_0_to_1():
    data = found(query="how to brew pour-over coffee", max_results=10).data
    scores = [one["score"] for one in data["results"]]
    assert scores == sorted(scores, reverse=True) and 0 < scores[-1] <= scores[0] < 1
    assert data["results"][0]["title"] == "Pour-over coffee, step by step"


def test_searching_well_and_badly_differ():
    assert titles(query="fox")[0] == "Flying foxes are bats, not foxes"
    assert titles(query="red fox habits")[0] == "Red fox: habits, voice and winter hunting"


def test_an_outdated_page_ranks_well_until_the_time_is_narrowed():
    assert "2024年中秋节是9月17日" in titles(query="2026年中秋节是哪天")
    assert titles(query="2026年中秋节是哪天", start_date="2025-07-01")[0] == "中秋节：赏月、月饼与嫦娥"


@pytest.mark.parametrize(
    ("time_range", "first"),
    [("day", "2026-06-29"), ("week", "2026-06-23"), ("month", "2026-05-30"), ("year", "2025-06-29")],
)
def test_a_time_range_counts_back_from_the_day_the_corpus_stands_still(time_range, first):
    hits = found(query="world cup reading eclipse festival film design", time_range=time_range, max_results=20).data[
        "results"
    ]
    by_url = {page.url: page.published for page in pages()}
    assert hits and min(by_url[hit["url"]] for hit in hits) >= first


@pytest.mark.parametrize("topic", ["news", "finance"])
def test_a_topic_keeps_other_pages_out(topic):
    urls = {one["url"] for one in found(query="gold price World Cup 2026", topic=topic).data["results"]}
    assert urls and urls <= {page.url for page in pages() if page.topic == topic}


def test_news_carry_the_day_they_were_published():
    first = found(query="total solar eclipse August", topic="news").data["results"][0]
    assert first["published_date"] == "2026-06-24"
    assert "published_date" not in found(query="total solar eclipse August").data["results"][0]


def test_domains_can_be_included_and_excluded():
    only = found(query="fox", include_domains=["wildlife-notes.example"]).data["results"]
    without = found(query="fox", exclude_domains=["https://wildlife-notes.example/"]).data["results"]
    assert only and all("wildlife-notes" in one["url"] for one in only)
    assert not any("wildlife-notes" in one["url"] for one in without)


def test_nonsense_finds_nothing_and_makes_no_asset():
    result = found(query="qwxzj blorf zzyzx", include_answer=True)
    assert result.data["results"] == [] and "answer" not in result.data and not result.assets


def test_the_answer_is_in_the_language_of_the_query():
    english = found(query="how many moons does Saturn have", include_answer=True).data["answer"]
    chinese = found(query="土星有多少颗卫星", include_answer="advanced").data["answer"]
    assert "274" in english and not re.search("[\u4e00-\u9fff]", english)
    assert "274" in chinese and re.search("[\u4e00-\u9fff]", chinese)


def test_an_advanced_search_also_finds_pages_in_the_other_language():
    plain = found(query="熊猫", max_results=20).data["results"]
    deep = found(query="熊猫", max_results=20, search_depth="advanced").data["results"]
    assert not any(one["url"].endswith("/giant-panda") for one in plain)
    assert any(one["url"].endswith("/giant-panda") for one in deep)


@pytest.mark.parametrize(("depth", "price"), [("basic", 0.008), ("advanced", 0.016), ("fast", 0.008)])
def test_a_search_costs_one_credit_and_an_advanced_one_two(depth, price):
    assert found(query="red fox", search_depth=depth).usage.cost_usd == price


@pytest.mark.parametrize(("n", "depth", "price"), [(5, "basic", 0.008), (6, "basic", 0.016), (1, "advanced", 0.016)])
def test_an_extraction_costs_a_credit_for_every_five_pages(n, depth, price):
    urls = [page.url for page in pages()[:n]]
    assert found(urls=urls, extract_depth=depth).usage.cost_usd == price


def test_an_extraction_gives_whole_texts_and_names_what_failed():
    url = "https://home-howto.example/repot-plant"
    data = found(urls=[url, "https://nowhere.example/x", "http://www.home-howto.example/repot-plant/"]).data
    assert [one["url"] for one in data["results"]] == [url, "http://www.home-howto.example/repot-plant/"]
    assert "Keep it in the shade for a week." in data["results"][0]["raw_content"]
    assert [one["url"] for one in data["failed_results"]] == ["https://nowhere.example/x"]


def test_one_known_page_in_twelve_fails_by_itself():
    urls = [page.url for page in pages()[:20]]
    failed = read = 0
    for seed in range(60):
        result = call("tool_search_content", Workspace(seed), FAULTY, urls=urls)
        if result.ok:
            failed += len(result.data["failed_results"])
            read += 20
    assert 0.06 < failed / read < 0.10


def test_what_is_found_is_kept_as_a_text_that_a_script_can_refer_to():
    workspace = Workspace(1)
    asset = call("tool_search_content", workspace, query="dragon boat festival customs").assets[0]
    text = workspace.open(asset.url)
    assert (asset.subtype, asset.parents) == ("search", ()) and "Qu Yuan" in text and "https://" in text
    script = call("tool_video_script_gen", workspace, topic="the dragon boat festival", reference_texts=[asset.url])
    assert script.ok and script.assets[0].parents == ((asset.id, "source"),)


def test_parameters_without_effect_are_named():
    assert found(query="red fox", country="china").data["warnings"] == ["no effect with a query: country"]
    warned = found(urls=["https://home-howto.example/repot-plant"], max_results=3).data["warnings"]
    assert warned == ["no effect with urls: max_results"]


def test_twenty_one_urls_are_refused():
    error = call("tool_search_content", urls=["https://a.example/b"] * 21).error
    assert error.type == "INVALID_ARGUMENT" and "20" in error.message


def test_images_are_links_and_no_assets():
    result = found(query="red fox", include_images=True)
    link = result.data["images"][0]
    assert link == "https://wildlife-notes.example/images/red-fox.jpg" and len(result.assets) == 1
    error = call("tool_search_inspire", query="fox", image=link).error
    assert error.type == "ASSET_NOT_FOUND"


# Searching pictures


def test_the_library_is_large_and_every_description_shows_what_the_entry_holds():
    entries = library()
    assert len(entries) > 5000 and {entry.style for entry in entries} >= {"photo", "felt", "ink", "watercolour"}
    for entry in entries[::7]:
        for lang in ("en", "zh"):
            shown = find(describe(entry.number, lang))
            assert {one.name for one in shown.subjects} in ({one.name for one in entry.subjects}, set()), entry
            assert entry.scene in shown.scenes and entry.style in (*shown.styles, "") and tags(entry.number, lang)


def test_what_is_found_becomes_assets_of_their_own():
    result = inspired(query="a fox in the snow", count=4)
    assert len(result.assets) == len(result.data["items"]) == 4
    for asset, item in zip(result.assets, result.data["items"], strict=True):
        assert (asset.id, asset.url, asset.width, asset.height) == tuple(
            item[key] for key in ("asset_id", "url", "width", "height")
        )
        assert (asset.kind, asset.created_by, asset.parents) == ("image", "tool_search_inspire", ())
        assert 940 <= max(asset.width, asset.height) <= 4000
        assert "fox" in {one.name for one in truth(asset).subjects}
        assert item["license"] and item["source"] and item["tags"]


def test_the_best_fits_come_first():
    shown = [truth(asset) for asset in inspired(query="fox in the snow, watercolour", count=12).assets]
    assert shown[0].scene == "snow" or shown[0].style == "watercolour"
    assert all("fox" in {one.name for one in each.subjects} for each in shown)


def test_a_vague_query_brings_lookalikes_at_the_end():
    shown = [{one.name for one in truth(asset).subjects} for asset in inspired(query="fox", count=6).assets]
    assert all("fox" in names for names in shown[:4]) and not any("fox" in names for names in shown[4:])


def test_words_the_library_does_not_know_find_nothing():
    assert inspired(query="qwxzj blorf").data == {"items": [], "page": 1, "total_results": 0}


@pytest.mark.parametrize("orientation", ["landscape", "portrait", "square"])
@pytest.mark.parametrize("media_type", ["image", "video"])
def test_orientation_and_media_type_are_honoured(orientation, media_type):
    assets = inspired(query="city at night", orientation=orientation, media_type=media_type, count=8).assets
    assert assets
    for asset in assets:
        shape = (asset.width > asset.height) - (asset.width < asset.height)
        assert shape == {"landscape": 1, "portrait": -1, "square": 0}[orientation]
        assert asset.kind == media_type


def test_clips_have_whole_seconds_at_24_or_30_frames_and_no_sound():
    for asset in inspired(query="forest", media_type="video", count=20).assets:
        assert asset.fps in ((24, 1), (30, 1)) and asset.n_frames % asset.fps[0] == 0 and not asset.has_audio
        assert 5 <= asset.duration < 25


@pytest.mark.parametrize(("color", "name"), [("red", "red"), ("蓝色", "blue"), ("#f08c22", "orange")])
def test_a_colour_by_name_or_number_keeps_other_colours_out(color, name):
    items = inspired(query="car", color=color, count=20).data["items"]
    assert items and {item["dominant_color"] for item in items} == {"#{:02x}{:02x}{:02x}".format(*COLOURS[name].rgb)}


def test_a_picture_finds_pictures_like_it():
    workspace = Workspace(1)
    picture = call("tool_text2image_gemini", workspace, prompt="an owl in a forest, watercolour").assets[0]
    result = call("tool_search_inspire", workspace, query="similar pictures", image=picture.url)
    assert all("owl" in {one.name for one in truth(asset).subjects} for asset in result.assets)
    assert all(asset.parents == () for asset in result.assets) and result.inputs == (picture.id,)


def test_pages_of_results_do_not_overlap_and_come_to_an_end():
    first, second = (inspired(query="owl in a forest", count=5, page=page).data["items"] for page in (1, 2))
    seeds = [
        {asset.recipe.seed for asset in inspired(query="owl in a forest", count=5, page=page).assets} for page in (1, 2)
    ]
    assert len(first) == len(second) == 5 and not seeds[0] & seeds[1]
    assert inspired(query="owl in a forest", page=1000).data["items"] == []


def test_the_same_entry_looks_the_same_whenever_it_is_found():
    workspace = Workspace(1)
    one = call("tool_search_inspire", workspace, query="owl in a forest", count=2).assets
    two = call("tool_search_inspire", workspace, query="owl in a forest", count=3).assets
    assert one[0].recipe == two[0].recipe and one[0].id != two[0].id


def test_titles_and_tags_follow_the_language_of_the_query():
    item = inspired(query="雪地里的狐狸", count=1).data["items"][0]
    assert "狐狸" in item["title"] and "狐狸" in item["tags"]


def test_one_page_in_ten_arrives_by_half():
    short = sum(
        len(result.assets) == 3
        for seed in range(300)
        if (result := call("tool_search_inspire", Workspace(seed), FAULTY, query="owl in a forest")).ok
    )
    assert 15 < short < 50


# Summaries

ARTICLE = (
    "The Dragon Boat Festival is held on the fifth day of the fifth lunar month. "
    "It recalls the poet Qu Yuan, who drowned himself in the Miluo River in 278 BC. "
    "Crews of about twenty paddlers race to the beat of a drum (some of them for the first time). "
    "However, the races are younger than the poet's story suggests. "
    "People eat zongzi, sticky rice wrapped in bamboo leaves. Mugwort is hung at the door. "
    "Children wear small bags of herbs. The festival has been on the UNESCO list since 2009. "
)


@pytest.mark.parametrize("style", ["concise", "detailed", "bullet_points", "executive"])
@pytest.mark.parametrize("limit", [50, 120, 300])
def test_a_summary_is_never_longer_than_asked(style, limit):
    data = summarised(text=ARTICLE, style=style, max_length=limit).data
    assert 20 < len(data["summary"]) <= limit and 1 <= len(data["key_points"]) <= 10


def test_a_summary_is_made_of_the_sources_own_sentences():
    data = summarised(text=ARTICLE, max_length=300).data
    for sentence in re.split(r"(?<=\.) ", data["summary"]):
        assert sentence.rstrip(".") in ARTICLE.replace(" (some of them for the first time)", "") or sentence.startswith(
            "The races"
        )
    assert "Dragon Boat Festival" in data["summary"] and "(some" not in data["summary"]


def test_focus_steers_what_is_kept():
    assert "zongzi" in summarised(text=ARTICLE, max_length=160, focus="sticky rice and leaves").data["summary"]
    assert "UNESCO" in summarised(text=ARTICLE, max_length=160, focus="UNESCO list").data["summary"]


def test_the_styles_look_different():
    lists = summarised(text=ARTICLE, style="bullet_points", max_length=300).data["summary"]
    brief = summarised(text=ARTICLE, style="executive", max_length=300).data["summary"]
    assert all(line.startswith("- ") for line in lists.splitlines()) and brief.startswith("Bottom line: ")


def test_a_chinese_text_is_summarised_in_chinese():
    text = (
        "端午节在农历五月初五。"
        + "人们吃粽子，赛龙舟，门上插艾草，孩子佩香囊。" * 3
        + "2009年端午节列入非物质文化遗产名录。龙舟上约有二十名桨手。"
    )
    data = summarised(text=text, max_length=60, style="executive").data
    assert data["summary"].startswith("结论\uff1a") and len(data["summary"]) <= 60


def test_a_short_source_is_kept_and_says_so():
    data = summarised(text="A fox sleeps. A bear wakes.").data
    assert data["summary"] == "A fox sleeps. A bear wakes."
    assert data["warnings"] == ["the source has 27 characters and fits into max_length: nearly all of it is kept"]


def test_a_storyboard_is_summarised_by_what_its_shots_show_not_by_its_braces():
    workspace = Workspace(1)
    script = "1. A red fox wakes in the snow.\n2. The fox finds a lantern.\n3. A storm begins.\n4. The fox lights the village."
    board = call("tool_video_shot_gen", workspace, script=script, num_shots=4, total_duration=24).assets[0]
    text = summarised(workspace, sources=[board.url], max_length=400).data["summary"]
    assert "4 shots" in text and "lantern" in text and not re.search(r'[{}"]|image_prompt|shot_id', text)


def test_several_sources_are_parents_and_are_counted_once_each():
    workspace = Workspace(1)
    for name in ("txt_aaaa1111", "txt_bbbb2222"):
        workspace.assets[name] = stand_in(name, {"text": ARTICLE})
    result = summarised(workspace, sources=["txt_aaaa1111", "asset://txt_bbbb2222.txt", "txt_aaaa1111"])
    assert result.data["source_count"] == 2
    assert result.assets[0].parents == (("txt_aaaa1111", "source"), ("txt_bbbb2222", "source"))
    assert workspace.open(result.assets[0].url) == result.data["summary"]


def test_a_text_asset_may_stand_in_text():
    workspace = Workspace(1)
    workspace.assets["txt_aaaa1111"] = stand_in("txt_aaaa1111", {"text": ARTICLE})
    assert summarised(workspace, text="asset://txt_aaaa1111.txt").assets[0].parents == (("txt_aaaa1111", "source"),)


def test_media_cannot_be_summarised():
    workspace = Workspace(1)
    workspace.assets["img_aaaa1111"] = stand_in("img_aaaa1111")
    assert call("tool_content_summary", workspace, sources=["img_aaaa1111"]).error.type == "UNSUPPORTED_FORMAT"


def test_a_language_the_sources_do_not_hold_is_quoted_as_it_is():
    data = summarised(text=ARTICLE, language="zh", max_length=200).data
    assert "Dragon Boat" in data["summary"] and "not translated" in data["warnings"][0]


def test_search_results_are_summarised_without_their_links():
    workspace = Workspace(1)
    pages_found = call("tool_search_content", workspace, query="spring festival customs").assets[0]
    text = summarised(workspace, sources=[pages_found.url], max_length=400).data["summary"]
    assert "https://" not in text and "Spring Festival" in text


def test_a_json_text_of_any_form_is_read():
    text = orjson.dumps(
        {"facts": [{"text": ARTICLE}, ["A bear wakes up in spring."]], "url": "https://x.example"}
    ).decode()
    assert "https" not in summarised(text=text, max_length=300).data["summary"]
    assert summarised(text="{broken json, no end. " + ARTICLE, max_length=300).data["summary"]
