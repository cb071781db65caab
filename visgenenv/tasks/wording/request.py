"""Putting a request together: what is wanted, its demands as sentences, and the list of what is shown, in one family."""

from __future__ import annotations

from collections.abc import Iterator

from visgenenv.lexicon import SCENES, STYLES, SUBJECTS
from visgenenv.tasks.draws import Draws
from visgenenv.tasks.latent import Latent
from visgenenv.tasks.scenarios import SCENARIOS, Material
from visgenenv.tasks.scenarios.places import PLACES
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
        opening = self.opening((family.films if film else family.images)[self.zh])
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

    def opening(self, form: str) -> str:
        """Write the sentence that asks. In Chinese, shots are named behind it, unless it ends as a question does."""
        latent, shots = self.latent, ""
        if latent.shots and not (latent.items and self.draws.chance(0.1)):
            shots = self.say("shots", n=self.number(latent.shots))
        if not self.zh:
            shots = f" {shots}" if shots else ""
            return form.format(english.what(latent, self.scenario, shots, self.said, self.draws))
        asked = chinese.what(latent, self.scenario, self.said, self.words.part == "test", self.draws)
        if not shots:
            return form.format(asked)
        if form.endswith(("{}", "{}。")):
            return form.format(f"{asked},{shots}")
        return f"{form.format(asked)}{shots}。"

    def remarks(self) -> Iterator[str]:
        """Say who asks, and something with a number that is no demand."""
        latent = self.latent
        if latent.brand:
            company = next(one.company for one in self.words.domains if one.name[0] == latent.domain)
            yield self.say("client", B=latent.brand[self.zh], C=company[self.zh])
        if latent.fact:
            yield latent.fact[self.zh]

    def demands(self) -> Iterator[str]:
        """Say everything that is demanded and not said yet, a sentence each."""
        latent = self.latent
        if self.zh:
            yield chinese.about(latent, self.words.part == "test", self.draws)
        yield from self._upload()
        if latent.duration and "length" not in self.said:
            key = "length_each" if latent.duration.scope == "each" else "length"
            yield self.say(key, t=self.time(latent.duration.seconds), m=self.measure)
        if latent.scene and "scene" not in latent.same:
            yield self.say("scene", **self._place())
        if latent.style and "style" not in latent.same and "style" not in self.said:
            yield self.say("style", s=self._style(), v=english.article(self._style()))
        if latent.dimension == "creative":
            yield self.say("creative")
        if latent.dimension == "variety":
            key = "variety_film" if latent.shots else "variety"
            yield self.say(key, w=self.scenario.differs[self.zh], m=self.measure)
        yield from self._same()
        yield self._shape()
        yield from self._sound()

    @property
    def measure(self) -> str:
        return self.scenario.noun_of(self.latent.dimension)[2]

    def _place(self) -> dict[str, str]:
        place, entry = PLACES[self.latent.scene], SCENES[self.latent.scene]
        name = entry.zh[0] if self.zh else entry.en[0]
        return {
            "s": name,
            "a": place.alone,
            "at": place.zh,
            "sm": place.measure,
            "in_a": place.within,
            "in_same": place.same,
        }

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
        unit = "shot" if film else self.scenario.noun[0]
        if self.zh:
            unit = "每个镜头" if film else f"每{self.measure}"
        for kind in self.latent.same:
            values = self._hero() if kind == "object" else self._place() if kind == "scene" else {"s": self._style()}
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
        elif "bgm" not in latent.audio and self.draws.chance(0.1) and self.scenario.about != "song":
            yield self.say("no_bgm")
        if "sfx" in latent.audio:
            yield self.say("sfx")
        if "tts" in latent.audio:
            yield self.say("lines" if latent.lines else "tts")
        if latent.subtitle:
            yield self.say("subtitle" if "tts" in latent.audio else "captions")
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
        word = latent.item_word[self.zh]
        if latent.each > 1:
            return self._each(items, word)
        plain = ("、", ",", "和") if self.zh else (",", " and ", "the ")
        intro = self.say("list", i=word)
        if any(mark in item for item in items for mark in plain) or self.draws.chance(0.35):
            return f"\n{intro}\n" + "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))
        return f"{intro}{'、'.join(items)}。" if self.zh else f"{intro} {english.joined(items)}."

    def _each(self, items: list[str], word: str) -> str:
        number = self.number(self.latent.each)
        if self.zh:
            return self.say("each", i=word, l="、".join(items), n=number, m=self.measure)
        return self.say(
            "each", i=word, l=english.joined(items), n=number, N=number.capitalize(), u=self.scenario.noun[1]
        )

    def _shots(self, items: list[str], script: bool) -> str:
        """Write the shots one after the other, with their spoken lines; a script names camera and mood as well."""
        forms, draws = phrasings(self.words.part).forms, self.draws
        say = draws.pick(forms["say"][self.zh])
        lines = [say.format(line[self.zh]) for line in self.latent.lines] or [""] * len(items)
        mark = draws.pick(forms["mark"][self.zh])
        bare = mark[0] in "{(["
        numerals = self.zh and not bare and draws.chance(0.3)
        heads = [mark.format(numeral(n) if numerals else n) for n in range(1, len(items) + 1)]
        intro = self.say("list_steps" if self.scenario.about == "steps" else "list_shots") if bare else ""
        if script:
            return "\n" + "\n".join(self._script(heads, items, lines, bare))
        gap = "" if self.zh and heads[0][-1] in ":)" else " "
        shots = [
            self._shot(f"{head}{gap}", item, "", line) for head, item, line in zip(heads, items, lines, strict=True)
        ]
        return "\n" + "\n".join([intro, *shots] if intro else shots)

    def _script(self, heads: list[str], items: list[str], lines: list[str], bare: bool) -> Iterator[str]:
        """Write shots as a script does: "**Shot 1: wide shot.** The fox wakes up. The colours are bright."."""
        moods = list(phrasings(self.words.part).forms["mood"][self.zh])
        order = self.draws.sample(len(moods), len(moods))
        for n, (head, item, line) in enumerate(zip(heads, items, lines, strict=True)):
            name = head.strip("()[]:.")
            name = (f"画面{name}" if self.zh else f"Shot {name}") if bare else name
            stop, colon = ("。**", ":") if self.zh else (".** ", ": ")
            yield self._shot(f"**{name}{colon}{self.say('camera')}{stop}", item, moods[order[n % len(order)]], line)

    def _shot(self, head: str, item: str, mood: str, line: str) -> str:
        if self.zh:
            return f"{head}{item}。{mood}{line}"
        return " ".join(part for part in (f"{head}{item[0].upper()}{item[1:]}.", mood, line) if part)
