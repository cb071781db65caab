"""Reading a prompt, English or Chinese, into what it mentions; and naming an entry in either language."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.lexicon.words import COLOURS, IRREGULAR, LIGHTS, SCENES, STYLES, SUBJECTS, Entry
from visgenenv.types import Lang, Subject

MAX_COUNT = 99
"""Larger numbers are read as this many."""

MAX_UNKNOWN = 64

_REACH = 5
"""A colour or a number reaches the subject at most this many words (or Chinese runs) after it."""

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "pair": 2, "couple": 2, "several": 3, "few": 3, "many": 5, "some": 2,
    "group": 4, "flock": 5, "herd": 5,
    "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "几": 3,
}  # fmt: skip
_MEASURES = frozenset("只个条头匹辆艘架朵棵颗杯瓶本把位名座台部张件份盏支栋幅口顶块副面枚列根片串团盆轮道碗双对群")
_GROUPS = {"双": 2, "对": 2, "群": 4}
_WORDS_OF_ENGLISH = """
a an the this that these those it its and or but nor so if of in on at to by for with without from into onto over under
near beside behind above below between through during while as is are was were be been being has have had do does did
will would can could should may must not no yes i you he she we they them his her their our my your me us who which
what when where how why all any each every both more most other another same such only own very too also just then
than there here out up down off again once one two please create generate make draw show shows showing image picture
video photo scene shot style camera
add replace change turn keep remove title text caption background foreground wide close zoom pan angle view
character characters illustration illustrations product following different set featuring slowly gently
"""
_STOP = frozenset(_WORDS_OF_ENGLISH.split())
_ARTICLES = frozenset({"a", "an", "the", "this", "that", "its", "his", "her", "their", "each", "every"})
_NOT = frozenset({"no", "without", "not", "never", "没有", "无", "不要", "没"})
_WORDS_FOR_OTHER_COUNTS = (
    "scene scenes shot shots second seconds minute minutes image images picture pictures illustration illustrations "
    "frame frames video videos clip clips px pixels percent fps k x times oclock years days hours am pm th st nd rd "
    "poster posters version versions page pages panel panels point points different"
)
_COUNTED_ELSE = frozenset(_WORDS_FOR_OTHER_COUNTS.split())
# Chinese words whose characters would otherwise be read as something that can be drawn.
_WORDS_NOT_DRAWN = (
    "马上 海报 海拔 海量 花费 花样 书写 书法 书籍设计 鸟瞰 鸟瞰图 鱼眼 龙头 明白 空白 黑暗 红包 灰尘 粉末 金属 银行 资金 奖金 现金 "
    "牛仔 狼狈 熊熊 虎视 树立 树脂 云计算 面前 面对 面部 面积 画面 方面 表面 里面 上面 下面 后面 前面 全面 界面 平面 页面 封面 "
    "对面 侧面 正面 背面 地面 桌面 水面 路面 车站 山寨 雾化 灯光 剑指 鼓励 鼓舞 弓步 无人机 无缝 无声 无线 无限 面向 面带 花絮 "
    "茶几 音响效果 海军 红酒 白领 金融 粉丝 黄金 黄金比例 羊毛 雨水 牛奶 鹿角 虎牙 单色调 电脑绘图 车间 锅炉 犬齿 马拉松 上海 海南 珠海 山东 山西 书面 花样年华 折纸船 折纸飞机"
)

_TOKEN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]|[^\s]")
_CAPTION = re.compile(
    r"(?:(?<![a-z])(?:text|title|caption|says?|saying|reads?|reading|words?|slogan|logo|written|labell?ed|headline|inscription)"
    r"|写着|写有|标题|文字|字样|标语|文案|印着|题字)"
    r"[^\"“”「」『』\n]{0,24}[\"“「『]([^\"“”「」『』\n]{1,80})[\"”」』]",
    re.IGNORECASE,
)
_CJK_STOP = re.compile("[的了在是和与把被着过地得这那有个为从向到对将及等或其中上下里]+")

_Sort = Literal["subject", "colour", "scene", "style", "light", ""]


class Mentions(Struct, frozen=True):
    """What a text mentions, each thing once, in the order of first mention.

    `colours` are all colours named, also those that belong to a subject; `caption` is quoted text that is to be
    written into the picture; `excluded` are subjects the text says it does not want; `unknown` are content words
    outside the lexicon.
    """

    subjects: tuple[Subject, ...] = ()
    scenes: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    lights: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    caption: str = ""
    excluded: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def name_in(entry: Entry, lang: Lang, count: int = 1) -> str:
    """Return the word for `count` of an entry.

    >>> name_in(SUBJECTS["fox"], "en", 2), name_in(SUBJECTS["fox"], "zh", 2)
    ('foxes', '狐狸')
    """
    if lang == "zh":
        return entry.zh[0]
    return entry.en[0] if count == 1 else plural(entry.en[0])


def phrase(subject: Subject, lang: Lang) -> str:
    """Name a subject with its number and colour.

    >>> phrase(Subject("fox", 3, "red"), "en"), phrase(Subject("fox", 3, "red"), "zh")
    ('three red foxes', '三只红色的狐狸')
    """
    entry, count = SUBJECTS[subject.name], subject.count
    if lang == "zh":
        number = "零一两三四五六七八九十"[count] if count <= 10 else str(count)
        colour = f"{COLOURS[subject.colour].zh[0]}的" if subject.colour else ""
        return f"{number}{entry.measure}{colour}{entry.zh[0]}"
    colour = f"{subject.colour} " if subject.colour else ""
    words = f"{colour}{name_in(entry, 'en', count)}"
    if count == 1:
        return words if entry.en[0] in IRREGULAR.values() else f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
    return f"{list(_NUMBERS)[count - 1] if count <= 12 else count} {words}"


def plural(noun: str) -> str:
    """Return the English plural of a lexicon noun (its last word is the one that changes)."""
    head, _, last = noun.rpartition(" ")
    if " of " in noun:
        first, _, rest = noun.partition(" ")
        return f"{plural(first)} {rest}"
    return f"{head} {_plural_word(last)}".strip()


def _plural_word(word: str) -> str:
    if word in IRREGULAR or word in IRREGULAR.values():
        return IRREGULAR.get(word, word)
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith("man"):
        return word[:-3] + "men"
    return word + "s"


class _Meaning(Struct, frozen=True):
    sort: _Sort
    name: str = ""
    plural: bool = False
    bare: bool = False
    """A Chinese colour of one character, which counts only right before what it colours."""


def _vocabulary() -> dict[tuple[str, ...], _Meaning]:
    forms: dict[tuple[str, ...], _Meaning] = {_split(word): _Meaning("") for word in _WORDS_NOT_DRAWN.split()}
    tables: tuple[tuple[_Sort, dict[str, Entry]], ...] = (
        ("light", LIGHTS), ("style", STYLES), ("scene", SCENES), ("colour", COLOURS), ("subject", SUBJECTS),
    )  # fmt: skip
    for sort, table in tables:
        for entry in table.values():
            for form in entry.zh:
                forms[_split(form)] = _Meaning(sort, entry.name, bare=sort == "colour" and len(form) == 1)
            for form in entry.en:
                if sort == "subject":
                    forms[_split(plural(form))] = _Meaning(sort, entry.name, plural=plural(form) != form)
                forms[_split(form)] = _Meaning(sort, entry.name)
    return forms


def _split(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text.lower()))


_FORMS = _vocabulary()
_LONGEST = max(len(form) for form in _FORMS)
_STARTS: dict[str, int] = {}
for _form in _FORMS:
    _STARTS[_form[0]] = max(_STARTS.get(_form[0], 0), len(_form))


@lru_cache(maxsize=1024)
def find(text: str) -> Mentions:
    """Read a text of any length and any characters into what it mentions; linear, and it never raises.

    >>> find('three red foxes in a snowy forest, title "Winter"').subjects
    (Subject(name='fox', count=3, colour='red', position=(0.5, 0.5)),)
    >>> find("沙滩上有两只蓝色的猫").scenes
    ('beach',)
    """
    caption = _CAPTION.search(text)
    if caption:
        text = text[: caption.start(1)] + text[caption.end(1) :]
    reader = _Reader(_split(text))
    reader.read()
    found = reader.mentions()
    return replace(found, caption=caption.group(1).strip()) if caption else found


class _Reader:
    """One pass over the tokens of a text, remembering the number and the colour that wait for their subject."""

    def __init__(self, tokens: tuple[str, ...]):
        self.tokens = tokens
        self.subjects: dict[tuple[str, str], Subject] = {}
        self.named: dict[str, dict[str, None]] = {sort: {} for sort in ("scene", "style", "light", "colour")}
        self.excluded: dict[str, None] = {}
        self.unknown: dict[str, None] = {}
        self.run: list[str] = []
        self.rest()

    def rest(self) -> None:
        """Forget what waits: a clause has ended."""
        self.count, self.colour, self.waited, self.negated = 0, "", 0, False

    def read(self) -> None:
        at = 0
        while at < len(self.tokens):
            length = self.match(at)
            if length:
                self.mention(_FORMS[self.tokens[at : at + length]], at, length)
                at += length
            else:
                at += self.other(at)
        self.close_run()

    def match(self, at: int) -> int:
        """Length of the longest form that starts here."""
        for length in range(min(_STARTS.get(self.tokens[at], 0), len(self.tokens) - at), 0, -1):
            if self.tokens[at : at + length] in _FORMS:
                return length
        return 0

    def mention(self, meaning: _Meaning, at: int, length: int) -> None:
        if meaning.sort != "colour" or not meaning.bare:
            self.close_run()
        if meaning.sort == "subject" and meaning.name == "orange" and self.colours_next(at, length):
            meaning = _Meaning("colour", "orange")
        if meaning.sort == "subject":
            self.subject(meaning)
        elif meaning.sort == "colour":
            if not meaning.bare or self.followed(at + length):
                self.named["colour"][meaning.name] = None
                self.colour, self.waited = meaning.name, 0
        elif meaning.sort and not self.negated:
            self.named[meaning.sort][meaning.name] = None
            self.waited += 1

    def colours_next(self, at: int, length: int) -> bool:
        """Whether the word "orange" stands before another word that it can colour."""
        if length != 1 or self.tokens[at] != "orange" or at + 1 >= len(self.tokens):
            return False
        word = self.tokens[at + 1]
        return word not in _STOP and (word[0].isalpha() or _sort_at(self.tokens, at + 1) == "subject")

    def followed(self, at: int) -> bool:
        return at < len(self.tokens) and (self.tokens[at] in "的色" or _sort_at(self.tokens, at) == "subject")

    def subject(self, meaning: _Meaning) -> None:
        if self.negated:
            self.excluded[meaning.name] = None
            return
        count = min(self.count or (2 if meaning.plural else 1), MAX_COUNT)
        colour = self.colour
        same = [key for key in self.subjects if key[0] == meaning.name]
        if same and not colour:
            colour = same[-1][1]
        elif (meaning.name, "") in self.subjects:
            count = max(count, self.subjects.pop((meaning.name, "")).count)
        known = self.subjects.get((meaning.name, colour))
        self.subjects[meaning.name, colour] = Subject(meaning.name, max(count, known.count if known else 1), colour)
        self.count, self.colour, self.waited = 0, "", 0

    def other(self, at: int) -> int:
        """Take in a token that names nothing drawable; return how many tokens were used."""
        token = self.tokens[at]
        if "\u3400" <= token[0] <= "\u9fff":
            return self.chinese(token, at)
        self.close_run()
        if token.isdecimal() or token in _NUMBERS:
            return self.number(token, at)
        if not token[0].isalnum():
            if token not in "-_*'’/+、":
                self.rest()
            return 1
        self.word(token)
        return 1

    def word(self, token: str) -> None:
        if token in _NOT:
            self.negated = True
        elif token in _COUNTED_ELSE or (token in _ARTICLES and self.count):
            self.count = 0
        self.wait()
        if token not in _STOP and len(token) > 1 and token[0].isalpha() and len(self.unknown) < MAX_UNKNOWN:
            self.unknown[token] = None

    def wait(self) -> None:
        self.waited += 1
        if self.waited > _REACH:
            self.rest()

    def number(self, token: str, at: int) -> int:
        value = _NUMBERS.get(token) or int(token[:3])
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else ""
        if following in _MEASURES:
            self.count, self.waited = value, 0
            return 2
        if following and following not in ".:%" and value:
            self.count, self.waited = value, 0
        return 2 if following == "of" else 1

    def chinese(self, token: str, at: int) -> int:
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else ""
        if token == "第":
            self.close_run()
            return 2
        if token in _NUMBERS and following in _MEASURES and following:
            self.close_run()
            self.count, self.waited = _GROUPS.get(following, _NUMBERS[token]), 0
            return 2
        if token in "没无" or (token == "不" and following == "要"):
            self.close_run()
            self.negated = True
            return 2 if following in "有要" and following else 1
        self.run.append(token)
        if len(self.run) > 2 * _REACH:
            self.count, self.colour = 0, ""
        return 1

    def close_run(self) -> None:
        """Note the Chinese characters passed over since the last thing understood."""
        if not self.run:
            return
        for part in _CJK_STOP.split("".join(self.run)):
            if len(part) > 1 and len(self.unknown) < MAX_UNKNOWN:
                self.unknown[part[:12]] = None
        self.run = []
        self.wait()

    def mentions(self) -> Mentions:
        """Give what was found; a subject that is excluded somewhere is not drawn unless it is also asked for."""
        return Mentions(
            subjects=tuple(self.subjects.values()),
            scenes=tuple(self.named["scene"]),
            styles=tuple(self.named["style"]),
            lights=tuple(self.named["light"]),
            colours=tuple(self.named["colour"]),
            excluded=tuple(self.excluded),
            unknown=tuple(self.unknown),
        )


def _sort_at(tokens: tuple[str, ...], at: int) -> _Sort:
    """What sort of thing the longest form starting here names."""
    for length in range(min(_STARTS.get(tokens[at], 0), len(tokens) - at), 0, -1):
        meaning = _FORMS.get(tokens[at : at + length])
        if meaning:
            return meaning.sort
    return ""
