"""What may be configured, where a token may go, and what is kept of places."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from adapters.playground.teams.workspace import APP_ID, SUPPORT, TEAM, TENANT
from adapters.teams.connection import open_teams
from adapters.teams.places import Places
from adapters.teams.setup import CLOUDS, TeamsSettings, faults, may_be_service
from bridge.errors import Refused
from tests.teams.door import activity
from tests.teams.fakes import Desk, until
from tests.teams.payloads import at_home, payload

RIGHT = TeamsSettings(app_id=APP_ID, app_password="a-secret", tenant_id=TENANT)
HERE = "http://127.0.0.1:8080/teams/"
PRETEND = replace(RIGHT, login_url=HERE, openid_url=HERE, service_url=HERE)


def test_right_settings_have_no_fault():
    assert faults(RIGHT) == []
    assert faults(PRETEND) == []
    assert faults(replace(PRETEND, paced=False)) == []
    assert faults(replace(RIGHT, app_type="multi", cloud="gcc_high")) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"app_id": ""}, "app id"),
        ({"app_id": "x"}, "app id"),
        ({"app_id": f"{APP_ID}\n"}, "app id"),
        ({"app_id": f"28:{APP_ID}"}, "app id"),
        ({"tenant_id": ""}, "tenant"),
        ({"tenant_id": "shop.example"}, "tenant"),
        ({"tenant_id": "common"}, "tenant"),
        ({"app_password": ""}, "secret"),
        ({"app_type": "managed"}, "single or multi"),
        ({"cloud": "moon"}, "gcc_high"),
        ({"app_name": ""}, "name"),
        ({"app_name": "  "}, "name"),
        ({"app_name": "x" * 31}, "name"),
        ({"paced": False}, "pace"),
        ({"name": ""}, "name"),
        ({"timeout": 0.0}, "timeout"),
        ({"timeout": 61.0}, "timeout"),
        ({"login_url": HERE}, "all three"),
        ({"login_url": HERE, "openid_url": HERE}, "all three"),
        *(
            ({"login_url": HERE, "openid_url": HERE, "service_url": HERE} | {name: address}, "on this machine alone")
            for name in ("login_url", "openid_url", "service_url")
            for address in (
                "https://evil.example/", "http://10.0.0.1/", "http://127.0.0.1@evil.example/", "http://127.0.0.1.evil.example/",
                "https://127.0.0.1/", "http://0.0.0.0/", "http://[::ffff:10.0.0.1]/", "http://127.1.evil/", "x", "http://[",
            )
        ),
    ],
)  # fmt: skip
def test_each_fault_is_one_sentence_that_names_the_cure(change, word):
    (sentence,) = faults(replace(RIGHT, **change))
    assert word in sentence
    assert sentence.endswith(".")


async def test_without_an_app_id_it_refuses_to_start():
    """The SDK would believe everybody then."""
    with pytest.raises(Refused, match="app id"):
        await open_teams(replace(RIGHT, app_id=""))


def test_the_secret_never_shows():
    assert "a-secret" not in repr(RIGHT)


SERVICES = {
    "https://smba.trafficmanager.net/amer/": True,
    "https://smba.trafficmanager.net": True,
    "HTTPS://SMBA.TrafficManager.net/x": True,
    "https://smba.trafficmanager.net:443/": True,
    "http://smba.trafficmanager.net/": False,
    "https://smba.trafficmanager.net:8443/": False,
    "https://smba.trafficmanager.net:0/": False,
    "https://smba.trafficmanager.net:x/": False,
    "https://smba.trafficmanager.net:99999/": False,
    "https://smba.trafficmanager.net@evil.example/": False,
    "https://evil.example@smba.trafficmanager.net/": False,
    "https://smba.trafficmanager.net\\@evil.example/": False,
    "https://smba.trafficmanager.net.evil.example/": False,
    "https://evilsmba.trafficmanager.net/": False,
    "https://smba-trafficmanager.net/": False,
    "https://smba.trafficmanager.net./": False,
    "https://smba.trafficmanager\u3002net/": False,
    "https://smba.trafficmanager.n\u0435t/": False,
    "https://evil.example/smba.trafficmanager.net": False,
    "https://evil.example#smba.trafficmanager.net": False,
    "https://evil.example?smba.trafficmanager.net": False,
    "https://evil.example\\smba.trafficmanager.net": False,
    "//smba.trafficmanager.net/": False,
    "smba.trafficmanager.net": False,
    "file://smba.trafficmanager.net/": False,
    "https://teams.microsoft.com/": False,
    "https://[smba.trafficmanager.net]/": False,
    "https://127.0.0.1/": False,
    "https://smba.trafficmanager.net/?x=": False,
    "https://smba.trafficmanager.net/#": False,
    "https://smba.traffic\nmanager.net/": False,
    " https://smba.trafficmanager.net/": False,
    "http://127.0.0.1:8080/": False,
    "https://": False,
    "https://[": False,
    "": False,
}


@pytest.mark.parametrize(("address", "may"), SERVICES.items())
def test_a_token_goes_to_teams_alone(address, may):
    assert may_be_service(RIGHT, address) is may


@pytest.mark.parametrize("cloud", CLOUDS)
def test_each_cloud_has_its_own_places(cloud):
    settings = replace(RIGHT, cloud=cloud)
    known = CLOUDS[cloud]
    assert known.hosts
    assert not known.service or may_be_service(settings, known.service)
    for address in (known.login, known.openid, known.scope, known.issuer):
        assert address.startswith("https://")
    others = {host for other in CLOUDS.values() for host in other.hosts} - set(known.hosts)
    assert not any(may_be_service(settings, f"https://{host}/") for host in others)


def test_a_pretend_teams_is_the_only_place_then():
    assert may_be_service(PRETEND, HERE)
    assert may_be_service(PRETEND, f"{HERE}connector/x/")
    for address in ("http://127.0.0.1:8081/", "http://localhost:8080/", "https://smba.trafficmanager.net/", "",
                    "http://127.0.0.1:8080@evil.example/"):  # fmt: skip
        assert not may_be_service(PRETEND, address)


PARTS = (
    "https://", "http://", "smba.trafficmanager.net", "evil.example", "@", ":", "443", "/", "\\", "?", "#", ".",
    "\t", "\n", " ", "%40", "%2e", "[", "]", "//", ";", "\u3002", "\x00", "user",
)  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=6).map(lambda more: "https://smba.trafficmanager.net" + "".join(more))
       | st.lists(st.sampled_from(PARTS), max_size=8).map("".join))  # fmt: skip
def test_what_may_be_called_is_called_there_and_nowhere_else(address):
    """The one who checks and the one who calls take an address apart in the same way."""
    if not may_be_service(RIGHT, address):
        return
    called = URL(f"{address.rstrip('/')}/v3/conversations", encoded=True)
    assert (called.scheme, called.host, called.port) == ("https", "smba.trafficmanager.net", 443)
    assert (called.user, called.password) == (None, None)
    assert called.raw_path.endswith("/v3/conversations")
    assert not set(" \t\r\n\x00") & set(str(called))


# what is kept


def told(**more):
    body, _ = payload("agent_answers_in_a_thread")
    return at_home(body, "https://smba.trafficmanager.net/amer/") | more


def test_where_a_team_lives_is_kept_once():
    places = Places(RIGHT)
    facts = places.learn(told())
    assert set(facts) == {f"channel:{SUPPORT}", f"team:{TEAM}"}
    assert places.learn(told()) == {}
    assert places.service(SUPPORT) == "https://smba.trafficmanager.net/amer/"
    moved = places.learn(told(serviceUrl="https://smba.trafficmanager.net/emea/"))
    assert set(moved) == {f"team:{TEAM}"}
    assert places.service(SUPPORT) == "https://smba.trafficmanager.net/emea/"


def test_a_place_that_nobody_told_of_is_reached_at_the_general_address():
    assert Places(RIGHT).service(SUPPORT) == CLOUDS["public"].service
    assert Places(replace(RIGHT, cloud="china")).service(SUPPORT) == ""


def test_what_was_kept_is_known_after_a_restart():
    before = Places(RIGHT)
    facts = before.learn(told(), hears_all=True)
    after = Places(RIGHT)
    after.recall(facts)
    assert after.service(SUPPORT) == before.service(SUPPORT)
    assert (after.team(SUPPORT), after.hears_all(SUPPORT), after.channels()) == (TEAM, True, (SUPPORT,))


def test_an_address_that_was_kept_is_looked_at_again():
    after = Places(RIGHT)
    after.recall({f"channel:{SUPPORT}": TEAM, f"team:{TEAM}": json.dumps({"service": "https://evil.example/"})})
    assert after.service(SUPPORT) == CLOUDS["public"].service


BROKEN = ("", "{", "[]", "5", "null", '"x"', "[" * 100_000, '{"service": 5}', '{"hears_all": "yes"}', '{"name": []}')


@pytest.mark.parametrize("value", BROKEN, ids=range(len(BROKEN)))
def test_broken_facts_are_ignored(value):
    places = Places(RIGHT)
    places.recall({f"channel:{SUPPORT}": TEAM, f"team:{TEAM}": value, "x": value, "": value, "team:": value})
    assert places.service(SUPPORT) == CLOUDS["public"].service
    assert not places.hears_all(SUPPORT)


@pytest.mark.parametrize(("name", "value"), [("channel:", TEAM), ("channel:x", TEAM), (f"channel:{SUPPORT}", ""),
                                             (f"channel:{SUPPORT}", "a b\n")])  # fmt: skip
def test_a_channel_that_is_none_or_in_no_team_is_not_recalled(name, value):
    places = Places(RIGHT)
    places.recall({name: value})
    assert places.channels() == ()


async def test_a_bridge_recalls_what_the_one_before_it_learned(teams, settings):
    desk = Desk()
    first = await open_teams(settings)
    first.listen(desk)
    assert first.workplace.call_sign(SUPPORT) == "Silta"
    assert first._inbox is not None
    await first._inbox.take_message(activity(teams))
    assert first.workplace.call_sign(SUPPORT) == ""
    await first.close()
    second = await open_teams(settings)
    second.listen(desk)
    await second.start()
    await until(lambda: second.hears)
    assert second.workplace.call_sign(SUPPORT) == ""
    await second.stop()
    await second.close()


@pytest.mark.parametrize("failure", [Refused("busy"), Refused("too_many")])
async def test_a_fact_that_could_not_be_kept_costs_no_answer(door, monkeypatch, failure):
    async def learned(*_):
        raise failure

    monkeypatch.setattr(door.desk, "learned", learned)
    assert (await door.teams.send_raw(activity(door.teams))).status == 200
    assert len(door.desk.got) == 1
