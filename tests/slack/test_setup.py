"""What may be configured, and where a token may go."""

from dataclasses import fields, replace

import pytest

from adapters.slack import open_slack
from adapters.slack.setup import FIELDS, SlackSettings, app_id, faults, may_be_socket
from bridge.errors import Refused
from bridge.policies.addresses import is_loopback

RIGHT = SlackSettings(bot_token="xoxb-1-2-abc", app_token="xapp-1-A0SILTA-3-abc")


def test_right_settings_have_no_fault():
    assert faults(RIGHT) == []
    assert faults(replace(RIGHT, api_url="http://127.0.0.1:8080/api/")) == []
    assert faults(replace(RIGHT, app_token="", signing_secrets=("a" * 32,))) == []
    assert faults(replace(RIGHT, signing_secrets=("a" * 32, "b" * 32))) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"bot_token": ""}, "xoxb-"),
        ({"bot_token": "xoxp-1"}, "xoxb-"),
        ({"bot_token": "xoxb-1\nHost: x"}, "xoxb-"),
        ({"app_token": "xoxb-1"}, "xapp-"),
        ({"app_token": ""}, "no way in"),
        ({"signing_secrets": ("",)}, "signing secret"),
        ({"signing_secrets": ("xoxb-1-2-abcdefghijk",)}, "signing secret"),
        ({"signing_secrets": ("a" * 32, "b" * 32, "c" * 32)}, "signing secret"),
        ({"api_url": "https://slack.com.evil.example/api/"}, "https://slack.com/api/"),
        ({"api_url": "http://slack.com/api/"}, "https://slack.com/api/"),
        ({"api_url": "http://127.0.0.1@evil.example/"}, "https://slack.com/api/"),
        ({"name": ""}, "name"),
        ({"connections": 0}, "connections"),
        ({"connections": 11}, "connections"),
        ({"timeout": 0.0}, "timeout"),
    ],
)
def test_each_fault_is_one_sentence_that_names_the_cure(change, word):
    (sentence,) = faults(replace(RIGHT, **change))
    assert word in sentence
    assert sentence.endswith(".")


async def test_wrong_settings_refuse_to_open():
    with pytest.raises(Refused, match="xoxb-"):
        await open_slack(replace(RIGHT, bot_token="x"))


def test_the_tokens_never_show():
    assert "abc" not in repr(replace(RIGHT, signing_secrets=("abc" * 10,)))


def test_every_setting_is_declared():
    assert [field.name for field in FIELDS] == [field.name for field in fields(SlackSettings)]
    assert [field.name for field in FIELDS if field.secret] == ["bot_token", "app_token", "signing_secrets"]


def test_the_app_id_is_read_from_its_token():
    assert app_id(RIGHT) == "A0SILTA"
    assert app_id(replace(RIGHT, app_token="xapp-playground")) == ""


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://localhost:1/api/", True),
        ("http://[::1]:1/api/", True),
        ("http://10.0.0.1/api/", False),
        ("https://127.0.0.1/api/", False),
        ("http://localhost:port/", False),
        ("http://[", False),
    ],
)
def test_this_machine_is_told_apart(address, here):
    assert is_loopback(address) is here


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("wss://wss-primary.slack.com/link/?ticket=1", True),
        ("ws://wss-primary.slack.com/link/", False),
        ("wss://slack.com.evil.example/", False),
        ("wss://evilslack.com/", False),
        ("ws://127.0.0.1/", False),
        ("", False),
    ],
)
def test_a_socket_is_slacks_own(address, fine):
    assert may_be_socket(RIGHT, address) is fine


def test_with_the_api_on_this_machine_the_socket_is_there_too():
    here = replace(RIGHT, api_url="http://127.0.0.1:1/api/")
    assert may_be_socket(here, "ws://127.0.0.1:1/socket/x")
    assert not may_be_socket(here, "wss://wss-primary.slack.com/")
