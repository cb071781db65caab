"""Sound effects: which sounds the words of an effect name, and how they are put together to the sample."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from visgenenv.luck import digest
from visgenenv.media import foley
from visgenenv.media.foley import Maker
from visgenenv.media.graphs import chance, graph
from visgenenv.media.sound import Samples, envelope
from visgenenv.media.takes import played
from visgenenv.types import Recipe

MOST_SOUNDS = 3
"""So many different sounds are heard in one effect."""
LOUDEST = 0.8
"""The loudest sample of an effect."""
SILENCE = 0.003
"""The loudest sample of one that came out almost silent: 50 dB below full scale."""
SEAM = 0.5
"""Seconds over which the end of a loop runs into its beginning, at most."""

# name | maker | English words, the short ones whole and the others as they begin | Chinese patterns
_SOUNDS = r"""
thunder | thunder | thunder, lightning | 雷(?!动|同|达), 闪电
explosion | explosion | explo, blast, boom, detonat, bomb, gunshot, cannon, firework | 爆炸, 爆破, 轰, 枪声, 炮, 烟花
rain | rain | rain, rainstorm, rainfall, drizzl, downpour, storm | 雨
waves | waves | wave, ocean, sea, seaside, seashore, surf, beach, tide | 海(?!报|拔|量), 浪(?!漫|费), 沙滩, 潮水
water | water | water, stream, river, creek, brook, splash, pour, bubbl, drip, fountain | 水(?!彩|果|平|准|晶|印|墨), 溪, 河, 泉, 瀑布, 气泡
fire | fire | fire, fireplace, flame, crackl, campfire, burn, sizzl | 火(?!箭|车|锅), 燃烧, 噼啪
wind | wind | wind, breeze, gust, blizzard, gale, snow, mountain, desert | 风(?!格|景|情|味|扇|筝), 雪(?!白), 高山, 山谷, 沙漠
footsteps | footsteps | footstep, step, walk, run, march, trot, hoof | 脚步, 走路, 跑步, 马蹄, 行走, 奔跑
bell | bell | bell, chime, ding, gong, ring | 铃(?!鼓), 钟声, 叮, 锣
engine | engine | engine, motor, car, truck, traffic, vehicle, machine, train, plane, helicopter, street, city, rocket, robot | 引擎, 发动机, 马达, 汽车, 车流, 车辆, 机器, 机械, 火车, 飞机, 街, 城市, 火箭
whoosh | whoosh | whoosh, swoosh, swish, swipe, transition, fly, flies | 嗖, 呼啸, 转场, 飞过, 划过, 掠过
applause | applause | applau, clapping, ovation, cheer | 掌声, 鼓掌, 喝彩, 欢呼
crowd | crowd | crowd, people, chatter, murmur, market, restaurant, cafe, office, audience | 人群, 人声, 嘈杂, 市场, 餐厅, 咖啡馆, 观众
birds | birds | bird, chirp, tweet, forest, garden, meadow, owl, parrot | 鸟(?!瞰), 森林, 花园, 草地, 草原, 树林
insects | insects | cricket, cicada, insect, bee, buzz | 蟋蟀, 蝉, 虫, 蜜蜂, 嗡
bark | bark | bark, dog, puppy, puppies, wolf, wolves, fox | 狗, 犬, 狼, 汪, 狐狸
meow | meow | meow, cat, kitten, purr | 猫(?!头鹰), 喵
typing | typing | typing, typewriter, keyboard | 打字, 键盘
click | click | click, tap, button, switch, shutter, camera, mouse, pop | 点击, 咔, 按钮, 按键, 开关, 快门, 相机
knock | knock | knock, door, hammer, thud, hit, punch, drop | 敲, 开门, 关门, 房门, 锤, 撞击, 击打, 掉落
glass | glass | glass, shatter, smash, crash, break | 玻璃, 碎, 打破
clock | ticking | tick, clock, timer, countdown | 滴答, 时钟, 钟表, 倒计时, 秒针
heartbeat | heartbeat | heartbeat, pulse | 心跳, 脉搏
siren | siren | siren, ambulance, police | 警笛, 警报, 救护车
alarm | alarm | alarm, beep, notification, alert, phone | 闹钟, 提示音, 嘟, 电话, 通知
magic | magic | magic, sparkl, shimmer, fairy, twinkl, glitter, level up, success | 魔法, 闪光, 闪烁, 仙, 星光, 升级, 成功
"""


def _read_table() -> dict[str, tuple[Maker, re.Pattern[str]]]:
    table = {}
    for line in _SOUNDS.strip().splitlines():
        name, maker, english, chinese = (part.strip() for part in line.split(" | "))
        words = english.split(", ")
        short, long = ("|".join(word for word in words if (len(word) <= 4) == is_short) for is_short in (True, False))
        endings = r"(?:e?s|y|ed|ing|[a-z]ing)?(?![a-z])"
        pattern = rf"(?<![a-z])(?:{long})|(?<![a-z])(?:{short}){endings}|" if short else rf"(?<![a-z])(?:{long})|"
        table[name] = getattr(foley, maker), re.compile(pattern + chinese.replace(", ", "|"))
    return table


SOUNDS: dict[str, tuple[Maker, re.Pattern[str]]] = _read_table()
"""By name: what makes a sound, and the words that ask for it."""


@lru_cache(maxsize=1024)
def named(text: str) -> tuple[str, ...]:
    """Return the sounds a text names, at most three, in the order of their first mention.

    >>> named("heavy rain on a tin roof, then a thunder clap"), named("雨中的脚步声")
    (('rain', 'thunder'), ('rain', 'footsteps'))
    """
    text = text.lower()
    found = [(match.start(), name) for name, (_, pattern) in SOUNDS.items() if (match := pattern.search(text))]
    return tuple(name for _, name in sorted(found)[:MOST_SOUNDS])


def sounds_of(recipe: Recipe) -> tuple[str, ...]:
    """Return the names of the sounds of an `effect` recipe; none where its words name nothing that can be made.

    A file of a media database is what its own words say.
    Without words the film it was made for decides, and in a world of random content the seed.
    """
    params = recipe.params
    if "entry" in params:
        words = params["entry"]["words"]
        return named(" ".join(words)) or tuple(words[:1])
    if params.get("match") == "random":
        return (list(SOUNDS)[int(chance(recipe.seed, "effect")[0] * len(SOUNDS))],)
    found = named(str(params.get("prompt") or ""))
    if found or not recipe.sources:
        return found
    seen = graph(recipe.sources[0])
    shown = (*[figure.name for figure in seen.figures], seen.scene, *seen.lights)
    return named(seen.prompt) or named(", ".join(shown))


def effect(recipe: Recipe, n: int, rate: int) -> Samples:
    """Make the first `n` samples of an effect."""
    params = recipe.params
    whole = max(n, round(float(params.get("seconds") or n / rate) * rate))
    seam = min(round(SEAM * rate), whole // 4) if params.get("loop") else 0
    length = whole + seam
    track = played(params["entry"], length, rate) if "entry" in params else _mixed(recipe, length, rate)
    if seam:
        share = np.linspace(0, 1, seam, dtype=np.float32)
        track[:seam] = track[:seam] * share + track[whole:] * (1 - share)
        track = track[:whole]
    else:
        track = envelope(track, rate, 0.004, min(0.25, whole / rate / 5))
    level = SILENCE if params.get("silent") else LOUDEST
    return np.asarray(track[:n] * (level / max(1e-9, float(np.abs(track).max(initial=0.0)))), np.float32)


def _mixed(recipe: Recipe, n: int, rate: int) -> Samples:
    """Mix the sounds named, each at equal level, over a little air where the words bind loosely."""
    names = sounds_of(recipe)
    luck = _luck(recipe.seed)
    air = foley.texture(n, rate, luck)
    if not names:
        return air
    track = air * np.float32(0.06 * (1 - float(recipe.params.get("influence", 1.0))))
    for name in names:
        sound = SOUNDS[name][0](n, rate, luck)
        track += sound / max(1e-9, float(np.abs(sound).max(initial=0.0)))
    return track


def _luck(seed: str) -> np.random.Generator:
    block = digest(b"media", seed.encode("utf-8", "replace"), b"effect")
    return np.random.default_rng(int.from_bytes(block[:16], "little"))
