"""Putting a request together: what is wanted, its demands as sentences, and the list of what is shown, in one family."""

from __future__ import annotations

from collections.abc import Iterator

from visgenenv.lexicon import SCENES, STYLES, SUBJECTS
from visgenenv.tasks.draws import Draws
from visgenenv.tasks.latent import Latent
from visgenenv.tasks.scenarios import SCENARIOS, Material
from visgenenv.tasks.wording import chinese, english
from visgenenv.tasks.wording.numbers import number_en, number_zh, numeral, seconds_en, seconds_zh
from visgenenv.tasks.wording.tables import Family, phrasings
from visgenenv.types import Lang


class Writer:
    """Writes one latent in one language. It decides the phrasing, never the content."""

    def __init__(self, latent: Latent, words: Material, lang: Lang, draws: Draws):
        self.latent, self.words, self.lang, self.draws = latent, words, lang, draws
        self.scenario = SCENARIOS[latent.type]
        self.zh = lang == "zh"
        self.said: set[str] = set()

    def say(self, what: str, **values: object) -> str:
        """Pick one form of a demand and fill it in."""
        return self.draws.pick(phrasings(self.words.part).forms[what][self.zh]).format(**values)

    def number(self, n: int) -> str:
        return number_zh(n, self.draws) if self.zh else number_en(n, self.draws)

    def time(self, seconds: float) -> str:
        return seconds_zh(seconds, self.draws) if self.zh else seconds_en(seconds, self.draws)

    def write(self, family: Family) -> str:
        """Write the request as a family lays it out."""
        film = self.latent.modality == "video"
        opening = (family.films if film else family.images)[self.zh].format(self.what())
        demands = [text for text in self.demands() if text]
        order = self.draws.sample(len(demands), len(demands))
        demands = [demands[i] for i in order]
        listed = self.listing(family.layout == "script")
        remarks = [text for text in self.remarks() if text]
        return self.laid_out(family.layout, opening, demands, listed, remarks)

    def laid_out(self, layout: str, opening: str, demands: list[str], listed: str, remarks: list[str]) -> str:
        """Join the parts; a list that begins with a line break goes on lines of its own."""
        glue = "" if self.zh else " "
        tail = listed if listed[:1] == "\n" or not listed else glue + listed
        if layout == "sheet":
            return "\n".join([opening, *demands, *remarks]) + (
                tail if tail[:1] == "\n" else f"\n{listed}" if listed else ""
            )
        if layout == "letter":
            head, end = self.say("greeting"), self.say("closing")
            body = glue.join([opening, *demands, *remarks]) + tail
            return f"{head}\n{body}\n{end}"
        if layout == "after" and listed:
            head = glue.join([*remarks, opening]) + tail
            return head + ("\n" if "\n" in listed else glue) + glue.join(demands)
        if layout == "context":
            return glue.join([*remarks, opening, *demands]) + tail
        return glue.join([opening, *demands, *remarks]) + tail

    def what(self) -> str:
        latent = self.latent
        shots = ""
        if latent.shots and not (latent.items and self.draws.chance(0.1)):
            shots = self.say("shots", n=self.number(latent.shots))
            shots = shots if self.zh else f" {shots}"
        if self.zh:
            return chinese.what(latent, self.scenario, shots, self.said, self.words.part == "test", self.draws)
        return english.what(latent, self.scenario, shots, self.said, self.draws)

    def remarks(self) -> Iterator[str]:
        """Say who asks, and something with a number that is no demand."""
        latent = self.latent
        if latent.brand >= 0 and self.scenario.about != "company":
            company = next(one.company for one in self.words.domains if one.name[0] == latent.domain)
            yield self.say("client", B=self.words.brands[latent.brand][self.zh], C=company[self.zh])
        if latent.fact >= 0:
            yield self.words.pools["facts"][latent.fact][self.zh]

    def demands(self) -> Iterator[str]:
        """Say everything that is demanded and not said yet, a sentence each."""
        latent = self.latent
        if self.zh:
            yield chinese.about(latent, self.words.part == "test", self.draws)
        yield from self._upload()
        if latent.duration and "length" not in self.said:
            key = "length_each" if latent.duration.scope == "each" else "length"
            yield self.say(key, t=self.time(latent.duration.seconds))
        if latent.scene and "scene" not in latent.same:
            yield self.say("scene", s=self._scene())
        if latent.style and "style" not in latent.same and "style" not in self.said:
            yield self.say("style", s=self._style())
        if latent.dimension == "creative":
            yield self.say("creative")
        if latent.dimension == "variety":
            yield self.say("variety_film" if latent.shots else "variety", w=self.scenario.differs[self.zh])
        yield from self._same()
        yield self._shape()
        yield from self._sound()

    def _scene(self) -> str:
        entry = SCENES[self.latent.scene]
        return entry.zh[0] if self.zh else entry.en[0]

    def _style(self) -> str:
        return chinese.style_name(self.latent.style) if self.zh else STYLES[self.latent.style].en[0]

    def _hero(self) -> dict[str, str]:
        hero = self.latent.hero
        return {"h": hero.noun(self.lang), "m": SUBJECTS[hero.name].measure} if hero else {"h": "", "m": ""}

    def _upload(self) -> Iterator[str]:
        if self.latent.upload:
            yield self.say(f"upload_{self.latent.upload}", **self._hero())

    def _same(self) -> Iterator[str]:
        film = self.latent.modality == "video"
        unit = (
            ("每个镜头" if film else f"每{self.scenario.noun[2]}")
            if self.zh
            else "shot"
            if film
            else self.scenario.noun[0]
        )
        for kind in self.latent.same:
            values = self._hero() if kind == "object" else {"s": self._scene() if kind == "scene" else self._style()}
            yield self.say(f"same_{kind}", u=unit, **values)

    def _shape(self) -> str:
        size = self.latent.size
        if size is None:
            return ""
        if size.exact:
            return self.say("pixels", w=size.width, h=size.height)
        forms = ("方形", "横版", "竖版") if self.zh else ("square", "landscape", "portrait")
        form = forms[0 if size.width == size.height else 1 if size.width > size.height else 2]
        return self.say("ratio", r=f"{size.width}:{size.height}", f=form)

    def _sound(self) -> Iterator[str]:
        latent = self.latent
        if latent.modality == "image":
            return
        if "bgm" in latent.audio and latent.upload != "song":
            yield self.say("bgm")
        elif "bgm" not in latent.audio and self.draws.chance(0.1):
            yield self.say("no_bgm")
        if "sfx" in latent.audio:
            yield self.say("sfx")
        if "tts" in latent.audio:
            yield self.say("lines" if latent.lines else "tts")
        if latent.subtitle:
            yield self.say("subtitle")
        elif self.draws.chance(0.1):
            yield self.say("no_subtitle")

    def listing(self, script: bool) -> str:
        """List what the single pictures or shots show."""
        latent = self.latent
        noun = latent.hero.noun(self.lang) if latent.hero else ""
        items = [item[self.zh].replace("{H}", noun) for item in latent.items]
        if not items:
            return ""
        if latent.modality == "video":
            return self._shots(items, script)
        word = self.scenario.item_word[self.zh]
        if latent.each > 1:
            return self._each(items, word)
        plain = ("、", ",", "和") if self.zh else (",", " and ", "the ")
        if any(mark in item for item in items for mark in plain) or self.draws.chance(0.35):
            intro = ("" if self.draws.chance(0.5) else "\n" + self.say("list", i=word)) if self.lang == "en" else ""
            return intro + "\n" + "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))
        intro = self.say("list", i=word)
        return f"{intro}{'、'.join(items)}。" if self.zh else f"{intro} {english.joined(items)}."

    def _each(self, items: list[str], word: str) -> str:
        number = self.number(self.latent.each)
        if self.zh:
            return self.say("each", i=word, l="、".join(items), n=number, m=self.scenario.noun[2])
        return self.say(
            "each", i=word, l=english.joined(items), n=number, N=number.capitalize(), u=self.scenario.noun[1]
        )

    def _shots(self, items: list[str], script: bool) -> str:
        """Write the shots one after the other, with their spoken lines; a script names camera and mood as well."""
        say = self.draws.pick(phrasings(self.words.part).forms["say"][self.zh])
        lines = [say.format(line[self.zh]) for line in self.latent.lines] or [""] * len(items)
        mark = self.draws.pick(phrasings(self.words.part).forms["mark"][self.zh])
        numerals = self.zh and mark[-1] not in ")]" and self.draws.chance(0.3)
        shots = []
        for n, (item, line) in enumerate(zip(items, lines, strict=True), 1):
            if script:
                head = "**" + mark.format(n).strip().strip("()[]").rstrip(":.)") + ": " + self.say("camera") + ".** "
                head = head.replace(": ", ":").replace(".** ", "。**") if self.zh else head
                head = head if head[2] not in "0123456789" else f"{'**画面' if self.zh else '**Shot '}{head[2:]}"
                mood = self.say("mood")
            else:
                head, mood = mark.format(numeral(n) if numerals else n), ""
                head += "" if self.zh and head[-1] in ":)" else " "
            shots.append(self._shot(head, item, mood, line))
        return "\n" + "\n".join(shots)

    def _shot(self, head: str, item: str, mood: str, line: str) -> str:
        if self.zh:
            return f"{head}{item}。{mood}{line}"
        item = item[0].upper() + item[1:] if mood else item
        return " ".join(part for part in (f"{head}{item}.", mood, line) if part)
