"""Reads counts and lengths out of a request with rules of its own: it shares no code with the expert or the writer.

What it finds is all candidates; a request is clear if, remarks apart, every candidate says the same.
"""

import re

ENGLISH = dict(zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"], range(1, 21), strict=True))  # fmt: skip
_EN = r"(?:\d+|" + "|".join(sorted(ENGLISH, key=len, reverse=True)) + r")"
_ZH = r"(?:\d+|[一二两三四五六七八九十]+)"


def value(text):
    """Read "8", "eight", "十二" or "两"."""
    if text.isdigit():
        return int(text)
    if text.lower() in ENGLISH:
        return ENGLISH[text.lower()]
    text = text.replace("两", "二")
    if "十" in text:
        tens, ones = text.split("十")
        return ("零一二三四五六七八九".index(tens) if tens else 1) * 10 + (
            "零一二三四五六七八九".index(ones) if ones else 0
        )
    return "零一二三四五六七八九".index(text)


def lengths(query):
    """Return every length of time in a request, in seconds."""
    text, found = query.lower(), []

    def take(pattern, seconds):
        nonlocal text
        for match in re.finditer(pattern, text):
            found.append(float(seconds(match)))
        text = re.sub(pattern, " ", text)

    take(rf"\b({_EN}) and a half minutes", lambda m: value(m[1]) * 60 + 30)
    take(r"\b(\d)\.5 minutes", lambda m: int(m[1]) * 60 + 30)
    take(r"half a minute|\bhalf-minute|半分钟", lambda m: 30)
    take(rf"({_ZH})分半", lambda m: value(m[1]) * 60 + 30)
    take(rf"({_ZH})分({_ZH})秒", lambda m: value(m[1]) * 60 + value(m[2]))
    take(rf"\b({_EN})[ -]min(?:utes?)?\b", lambda m: value(m[1]) * 60)
    take(rf"({_ZH})分钟", lambda m: value(m[1]) * 60)
    take(rf"\b({_EN})[ -]?(?:s|sec|seconds?)\b(?!-hand)", lambda m: value(m[1]))
    take(rf"({_ZH})秒", lambda m: value(m[1]))
    return found


def shots(query):
    """Return every number of shots that a request states."""
    head = re.sub(r"(?i)no two of the shots|in each shot|each shot", " ", query)
    english = re.findall(rf"(?i)(?:with|in|of|into|has|from|up of) ({_EN}) (?:shots|scenes)\b", head)
    chinese = re.findall(rf"({_ZH})个(?:镜头|分镜|场景)", head)
    return [value(found) for found in english + chinese]


def listed(query):
    """Return how many lines of a request are items of a list."""
    mark = (
        r"^(?:\*\*)?(?:(?:shot|scene|frame|panel) \d+:|\d+[.)] |\(\d+\)|\[\d+\]|(?:镜头|画面|分镜)" + _ZH + r"[:：]"
        r"|第" + _ZH + r"[镜幕格][:：]|（\d+）)"
    )
    return sum(bool(re.match(mark, line, re.IGNORECASE)) for line in query.splitlines())


def counts(query, noun_en, noun_zh, measure):
    """Return every (least, most) number of a noun that a request states."""
    between = r"(?:(?!with\b|for\b|of\b|and\b)[\w'-]+ ){0,4}?"
    english = [
        (match[1], match[2] or match[1])
        for match in re.finditer(
            rf"(?i)\b({_EN})(?:(?: to |-| and )({_EN}))? {between}{re.escape(noun_en)}(?! each\b| for each)", query
        )
    ]
    chinese = [
        (match[1], match[2] or match[1])
        for match in re.finditer(
            rf"({_ZH})(?:[-到至]({_ZH}))?{measure}[^,，。:：\n]{{0,14}}?{re.escape(noun_zh)}", query
        )
    ]
    return [(value(low), value(high)) for low, high in english + chinese]


def per_item(query, noun_en, measure):
    """Return how many of each listed item a request wants."""
    english = re.findall(rf"(?i)\b({_EN}) {re.escape(noun_en)} (?:for )?each\b", query)
    chinese = re.findall(rf"(?:各|每种|每类)({_ZH}){measure}", query)
    return [value(found) for found in english + chinese]
