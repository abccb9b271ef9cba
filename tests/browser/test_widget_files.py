"""The widget's files: their size, and a sentence for everything it says in every language."""

import gzip
import re
from string import Formatter

from tests.browser import stub

KIB = 1024


def test_the_scripts_stay_small() -> None:
    assert len(gzip.compress(stub.loader(), 9)) <= 2 * KIB
    assert len(gzip.compress(stub.panel(), 9)) <= 30 * KIB


def test_every_sentence_that_the_widget_uses_exists_in_every_language() -> None:
    source = stub.panel().decode()
    used = set(re.findall(r"texts\.(\w+)", source))
    for taken in re.findall(r"\{ ([\w, ]+) \} = this\.words\.texts;", source):
        used |= set(taken.split(", "))
    for counted in re.findall(r"counted\((.*?),", source):
        for name in re.findall(r"'(\w+)'", counted):
            used |= {f"{name}_one", f"{name}_other"}
    used |= {"sending", "sent", "posted", "seen", "undelivered"}
    english = stub.texts("en")
    assert used == set(english)
    for language in stub.LANGUAGES:
        sentences = stub.texts(language)
        assert list(sentences) == list(english)
        assert all(sentences.values())
        for name, text in sentences.items():
            assert fields(text) == fields(english[name]), (language, name)
        assert language == "en" or not [name for name, text in sentences.items() if text == english[name]]


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_launcher_has_the_name_that_the_panel_gives_it() -> None:
    loader = stub.loader().decode()
    for language in stub.LANGUAGES:
        assert f"'{stub.texts(language)['launcher']}'" in loader
