"""Links of a conversation by number, for models too small to copy random letters."""

from __future__ import annotations

import re

_LINK = re.compile(r"asset://([a-z]+)_([0-9a-z]+)(\.[0-9a-z]+)")


class Links:
    """Numbers the links of one conversation in the order in which they are first told, and turns the numbers back.

    `asset://img_0k2oohkk.png` is read as `asset://img_1.png`, and what a model writes of `asset://img_1.png` is played
    as the real link. A number that stands for nothing is left as it is, and so fails as any invented link does.

    Example:
        >>> links = Links()
        >>> links.told('{"url":"asset://img_0k2oohkk.png"}')
        '{"url":"asset://img_1.png"}'
        >>> links.meant("I deliver asset://img_1.png and asset://img_2.png")
        'I deliver asset://img_0k2oohkk.png and asset://img_2.png'
    """

    def __init__(self) -> None:
        self._numbered: dict[str, str] = {}
        self._real: dict[str, str] = {}

    def told(self, text: str) -> str:
        """Return what the environment says with numbers; new links get the next ones."""
        for kind, name, ending in _LINK.findall(text):
            real = f"asset://{kind}_{name}{ending}"
            if real not in self._numbered:
                self._numbered[real] = f"asset://{kind}_{len(self._numbered) + 1}{ending}"
                self._real[self._numbered[real]] = real
        return self.written(text)

    def written(self, text: str) -> str:
        """Return what an assistant wrote with real links, with numbers; links that were never told stay."""
        return _LINK.sub(lambda found: self._numbered.get(found[0], found[0]), text)

    def meant(self, text: str) -> str:
        """Return what a model wrote with numbers, with real links."""
        return _LINK.sub(lambda found: self._real.get(found[0], found[0]), text)
