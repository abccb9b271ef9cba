"""A site's own sentences stand in for ours where the widget asks, and nowhere else."""

from __future__ import annotations

from adapters.playground.workspace import SUPPORT
from bridge.wording import LANGUAGES, section
from tests.web.door import Door
from tests.world import World

HOSTILE = '<img src=x onerror="alert(1)">&lt;b&gt;{name}\u202e'
FILE = f"""
[channels.support]
id = "{SUPPORT}"
[sites.main]
name = "Kauppa"
origins = ["ORIGIN"]
channel = "support"
[sites.main.texts.fi]
"widget.greeting" = "Moikka! Miten voimme auttaa?"
"mail.transcript_subject" = "Kiitos käynnistä"
[sites.main.texts.en]
"widget.greeting" = '{HOSTILE.replace("{name}", "")}'
[sites.plain]
name = "Plain"
origins = ["https://plain.example"]
channel = "support"
"""


async def test_a_site_says_it_in_its_own_words(world: World) -> None:
    await world.configure(FILE)
    door = Door(world)
    finnish = (await door.get("/v1/site?key=main&language=fi-FI")).json["texts"]
    assert finnish["greeting"] == "Moikka! Miten voimme auttaa?"
    for language in LANGUAGES:
        texts = (await door.get(f"/v1/site?key=main&language={language}")).json["texts"]
        usual = section(language, "widget")
        assert set(texts) == set(usual)
        changed = {name for name in usual if texts[name] != usual[name]}
        assert changed == ({"greeting"} if language in ("fi", "en") else set())
    await door.close()


async def test_another_site_keeps_ours_and_html_is_text_like_any(world: World) -> None:
    await world.configure(FILE)
    door = Door(world)
    own = (await door.get("/v1/site?key=main&language=en")).json["texts"]["greeting"]
    assert own.startswith("<img src=x onerror=")
    other = await door.get("/v1/site?key=plain&language=en", headers={"Origin": "https://plain.example"})
    assert other.json["texts"] == dict(section("en", "widget"))
    foreign = await door.get("/v1/site?key=plain&language=en")
    assert foreign.status == 403
    await door.close()
