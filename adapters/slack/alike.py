"""Names that could pass for another's: to a reader, letters of other scripts and tricks of spacing look the same."""

from __future__ import annotations

import unicodedata
from typing import Final

from adapters.slack import inert

MARK: Final = "👤"  # needs no language; no person or app of the workspace has it in front of a name by chance
KEPT: Final = 5_000
OURS: Final = ("Silta", "Slack", "Slackbot")
# Letters that compatibility normalisation keeps apart and a reader does not; the likeliest, not all of them.
_CAPITALS: Final = str.maketrans("\u0397\u039d\u03a5\u039c\u0396", "HNYMZ")  # Greek, whose small forms look otherwise
_CYRILLIC: Final = str.maketrans(
    "\u0430\u0432\u0441\u0501\u0435\u04bb\u043d\u0456\u0458\u043a\u04cf\u043c\u043e\u0440\u0455\u0442\u0475\u0461\u0445\u0443",
    "abcdehhijklmopstvwxy",
)
_GREEK: Final = str.maketrans(
    "\u03b1\u03b2\u03b5\u03b3\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abeynikvoptux",
)
_LATIN: Final = str.maketrans(
    "\u0131\u0142\u00f8\u0111\u0127\u0180\u0261\u0268\u0282\u1d00\u029c\u026a\u029f\u1d0d\u0274\u1d0f\ua731\u1d1b\u01c3",
    "ilodhbgisahilmnostl",
)
_DIGITS: Final = str.maketrans("i|!10$5", "lllloss")
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def skeleton(name: str) -> str:
    """What is left when everything is taken away by which two names can differ and still look alike."""
    apart = unicodedata.normalize("NFKD", inert.neutral(name)).translate(_CAPITALS).casefold()
    for table in (_CYRILLIC, _GREEK, _LATIN, _DIGITS):
        apart = apart.translate(table)
    seen = "".join(mark for mark in apart if mark.isalnum())
    for pair, letter in _PAIRS:
        seen = seen.replace(pair, letter)
    return seen


def marked(name: str, most: int = 80) -> str:
    """The name so that nobody takes it for another's."""
    return inert.one_line(f"{MARK} {name}", most)


class Taken:
    """The names that nobody on a website may borrow: ours, and those of the people whom we were told of latest."""

    def __init__(self) -> None:
        self._ours = {skeleton(name) for name in OURS}
        self._people: dict[str, str] = {}

    def keep(self, ref: str, name: str) -> None:
        """A person is called so from now on."""
        self._people.pop(ref, None)
        self._people[ref] = skeleton(name)
        if len(self._people) > KEPT:
            del self._people[next(iter(self._people))]

    def is_borrowed(self, name: str, own: str = "") -> bool:
        """Whether the name looks like a person's, or has a name of ours among its words; `own` is one more of ours."""
        whole = skeleton(name)
        words = {whole, *(skeleton(word) for word in name.split())} - {""}
        ours = self._ours | {skeleton(own)}
        return bool(words & ours) or (bool(whole) and whole in self._people.values())
