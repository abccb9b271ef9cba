"""Faults that are known and not mended yet: the runs go around each of them. What is mended is taken out of KNOWN."""

from __future__ import annotations

from typing import Final

LATE_ANSWER: Final = "a process that stood still takes away the post that its successor has recorded"
CARD_WORDS: Final = "a card's edit shows the conversation's first words, though another line was posted in it"
SILENCE: Final = "when a thread moves, the Retry-After that was noted on its delivery is forgotten by a restart"
HISTORY: Final = "a moved thread's root that is refused for good takes the history along"
SECONDS: Final = "a lost edit is not read again if another was heard of within the same second"

KNOWN: frozenset[str] = frozenset()
