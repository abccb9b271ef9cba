"""What each happening at Slack becomes."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import inbound
from adapters.slack.inbound import ChannelChanged, Edited, Ignored, PersonChanged, Revoked, Unclear
from bridge.inbound import Heard, Pressed, Removed
from bridge.markup import plain
from tests.slack.payloads import HERE, OWN, SAMPLES, payload, recorded, wrapped

ROOT, STAMP = "1790000000.000100", "1790000001.000200"
ORDER = "001790000001.000200000"


def event(name):
    return inbound.event(payload(name), OWN, "acme")


def heard(name):
    found = event(name)
    assert isinstance(found, Heard)
    return found


def edited(name):
    found = event(name)
    assert isinstance(found, Edited)
    return found.heard


def test_an_answer_in_a_thread_is_heard_whole():
    assert heard("agent_answers_in_a_thread") == Heard(
        workplace="acme",
        channel="C1HELP",
        thread=ROOT,
        ref=STAMP,
        order=ORDER,
        author="U2ANNA",
        body=("Hello & welcome",),
        at=datetime.fromtimestamp(1790000001.0002, UTC),
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("agent_answers_and_sends_to_the_channel", "Both"),
        ("agent_says_me", "waves"),
        ("agent_sends_a_file_with_words", "The invoice"),
    ],
)
def test_other_ways_of_answering_are_heard_in_the_thread(name, words):
    found = heard(name)
    assert (plain(found.body), found.thread) == (words, ROOT)


def test_a_message_in_the_channel_itself_has_no_thread():
    assert heard("agent_writes_in_the_channel").thread == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("agent_mentions_a_colleague", "@U3MIKAEL can you look?"),
        ("agent_mentions_a_group_without_blocks", "@sales see this"),
    ],
)
def test_a_mention_is_marked(name, words):
    found = heard(name)
    assert (found.mentions, plain(found.body)) == (True, words)


def test_words_without_a_mention_are_not_marked():
    assert heard("agent_answers_in_a_thread").mentions is False


def test_somebody_of_another_organisation_is_told_apart():
    assert heard("outsider_answers_in_a_thread").outsider is True
    assert heard("agent_answers_in_a_thread").outsider is False


def test_a_team_of_our_own_organisation_is_not_another():
    wrapper = payload("outsider_answers_in_a_thread")
    own = replace(OWN, enterprise="T9OTHER")
    found = inbound.event(wrapper, own, "acme")
    assert isinstance(found, Heard)
    assert found.outsider is False


GRID = replace(OWN, enterprise="E1OURS")


@pytest.mark.parametrize(
    ("name", "own", "outsider"),
    [
        ("sister_workspace_answers_in_a_thread", GRID, False),  # not shown by the event: their standing decides
        ("sister_workspace_answers_in_a_thread", OWN, True),
        ("other_enterprise_answers_in_a_thread", GRID, True),
        ("other_enterprise_answers_in_a_thread", OWN, True),
        ("agent_answers_in_a_thread", GRID, False),
    ],
)
def test_within_an_organisation_another_workspace_does_not_make_an_outsider(name, own, outsider):
    found = inbound.event(payload(name), own, "acme")
    assert isinstance(found, Heard)
    assert found.outsider is outsider


def test_a_stranger_is_one_within_an_organisation_too():
    wrapper = payload("sister_workspace_answers_in_a_thread")
    wrapper["event"]["is_stranger"] = True
    found = inbound.event(wrapper, GRID, "acme")
    assert isinstance(found, Heard)
    assert found.outsider is True


@pytest.mark.parametrize("name", ["agent_edits_an_answer", "agent_edits_with_a_list_for_the_previous_message"])
def test_an_edit_keeps_the_place_and_has_a_time_of_its_own(name):
    found = edited(name)
    assert (found.ref, found.order, plain(found.body)) == (STAMP, ORDER, "Hello again")
    assert found.changed == "001790000009.000300000"
    assert found.at == datetime.fromtimestamp(1790000009.0003, UTC)


def test_an_edit_can_bring_a_mention_in():
    assert edited("agent_edits_a_mention_in").mentions is True


def test_an_outsiders_edit_is_an_outsiders():
    assert edited("outsider_edits_an_answer").outsider is True


def test_what_is_taken_back_is_named_with_its_thread():
    assert event("agent_deletes_an_answer") == Removed("acme", "C1HELP", ROOT, STAMP, ORDER)


def test_files_are_counted_and_never_named():
    assert [heard(f"agent_sends_a_file_with{rest}_words").files for rest in ("", "out")] == [1, 1]
    assert heard("agent_answers_in_a_thread").files == 0
    assert edited("agent_adds_a_file_to_an_answer").files == 1
    assert edited("agent_takes_the_words_of_a_file_away").files == 1
    assert "invoice" not in repr(heard("agent_sends_a_file_without_words"))


def test_a_root_of_ours_that_is_gone_is_told():
    found = event("admin_deletes_the_root")
    assert found == Removed("acme", "C1HELP", ROOT, ROOT, "001790000000.000100000")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("our_post_under_a_visitors_name", "own post"),
        ("our_plain_post", "own post"),
        ("admin_deletes_a_visitors_line", "own post"),
        ("foreign_bot_posts", "foreign bot"),
        ("foreign_bot_edits_a_post", "foreign bot"),
        ("app_posts_for_a_person", "foreign bot"),
        ("slackbot_reminds", "foreign bot"),
        ("workflow_posts", "workflow"),
        ("link_unfurls", "unchanged words"),
        ("person_joins_the_channel", "subtype channel_join"),
        ("topic_is_set", "subtype channel_topic"),
        ("person_writes_to_the_app_directly", "direct message"),
        ("message_has_no_time", "no time"),
        ("message_has_no_author", "no author"),
        ("thread_has_a_new_reply", "reply notice"),
        ("agent_of_another_workspace_answers", "another workspace"),
        ("a_persons_token_is_revoked", "another token"),
        ("custom_emoji_is_added", "event emoji_changed"),
        ("mention_is_told_a_second_time", "event app_mention"),
        ("colleague_is_invited", "another person's membership"),
        ("reaction_is_added", "event reaction_added"),
        ("deliveries_are_limited", "no event"),
    ],
)
def test_what_is_not_ours_is_ignored_with_its_reason(name, reason):
    assert event(name) == Ignored(reason)


@pytest.mark.parametrize(
    "name",
    [
        "channel_is_archived",
        "channel_is_archived_in_words",
        "channel_is_renamed",
        "channel_is_shared_with_others",
        "app_is_invited",
        "app_is_removed",
    ],
)
def test_a_channel_that_changed_is_named(name):
    assert event(name) == ChannelChanged("C1HELP")


def test_a_channel_that_has_another_id_is_named_by_both():
    assert event("channel_gets_a_new_id") == ChannelChanged("C1HELP", "C2HELP")


def test_a_root_that_is_gone_is_told_even_if_slack_does_not_say_whose_it_was():
    found = event("root_is_deleted_with_a_list_for_the_previous_message")
    assert found == Removed("acme", "C1HELP", ROOT, ROOT, "001790000000.000100000")


def test_a_deletion_without_its_thread_makes_the_threads_be_read():
    assert isinstance(event("delete_with_a_list_for_the_previous_message"), Unclear)


@pytest.mark.parametrize("name", ["app_is_uninstalled", "bot_token_is_revoked"])
def test_the_end_of_our_rights_says_what_to_do(name):
    found = event(name)
    assert isinstance(found, Revoked)
    assert "SILTA_SLACK_BOT_TOKEN" in found.advice


def test_an_event_for_another_workspace_of_our_own_organisation_is_ours():
    wrapper = payload("agent_of_another_workspace_answers")
    wrapper["authorizations"][0]["enterprise_id"] = "E1OURS"
    assert inbound.event(wrapper, OWN, "acme") == Ignored("another workspace")
    assert isinstance(inbound.event(wrapper, replace(OWN, enterprise="E1OURS"), "acme"), Heard)


def test_a_person_who_changed_is_handed_on():
    found = event("person_changes_a_name")
    assert isinstance(found, PersonChanged)
    assert found.user["id"] == "U2ANNA"


def test_a_bot_that_takes_our_name_is_still_foreign():
    assert payload("foreign_bot_posts")["event"]["username"] == "Silta"
    assert event("foreign_bot_posts") == Ignored("foreign bot")


def press(name):
    return inbound.press(payload(name), OWN, "acme")


def test_a_press_on_the_card_is_the_verb_with_its_value():
    assert press("press_on_the_card") == Pressed(
        workplace="acme",
        channel="C1HELP",
        thread=ROOT,
        author="U2ANNA",
        verb="claim",
        value="v1",
        key=f"C1HELP:{ROOT}:U2ANNA:claim:1790000005.000400",
    )


@pytest.mark.parametrize(
    ("name", "thread", "verb"),
    [
        ("press_on_a_line_in_the_thread", ROOT, "send"),
        ("press_on_a_private_line", ROOT, "claim"),
        ("press_on_a_private_line_in_the_channel", "", "claim"),
    ],
)
def test_a_press_elsewhere_knows_its_thread(name, thread, verb):
    found = press(name)
    assert isinstance(found, Pressed)
    assert (found.thread, found.verb) == (thread, verb)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("press_on_a_foreign_apps_post", "not on a message of ours"),
        ("press_in_an_unfurl", "not on a message of ours"),
        ("choice_in_a_menu", "not a button of ours"),
    ],
)
def test_a_press_that_is_not_ours_is_ignored(name, reason):
    assert press(name) == Ignored(reason)


HAPPENINGS = (Heard, Edited, Removed, PersonChanged, ChannelChanged, Revoked, Unclear, Ignored)


@pytest.mark.skipif(not SAMPLES.exists(), reason="no recorded payloads beside the project")
def test_every_recorded_event_is_a_value_or_ignored():
    files = recorded("events", "events_inner", "events_docs", "recorded/events")
    assert len(files) > 100
    found = [inbound.event(body, OWN, "acme") for path in files for body in wrapped(path)]
    assert all(isinstance(one, HAPPENINGS) for one in found)
    assert sum(isinstance(one, Heard) for one in found) > 10
    assert {type(one) for one in found} >= {Heard, Edited, PersonChanged, ChannelChanged, Ignored}


@pytest.mark.skipif(not SAMPLES.exists(), reason="no recorded payloads beside the project")
def test_every_recorded_press_is_a_value_or_ignored():
    files = recorded("interactivity", "recorded/interactivity")
    assert len(files) > 40
    found = [inbound.press(body, OWN, "acme") for path in files for body in wrapped(path)]
    assert all(isinstance(one, (Pressed, Ignored)) for one in found)


SPOILT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = sorted(path.stem for path in HERE.glob("*.json"))


@given(st.sampled_from(NAMES), st.data())
def test_a_payload_with_one_spoilt_value_is_never_an_error(name, data):
    body = payload(name)
    holder, key = data.draw(st.sampled_from(list(_values(body))))
    holder[key] = data.draw(SPOILT)
    assert isinstance(inbound.event(body, OWN, "acme"), HAPPENINGS)
    assert isinstance(inbound.press(body, OWN, "acme"), (Pressed, Ignored))


def _values(node):
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(pairs):
        yield node, key
        if isinstance(value, (dict, list)):
            yield from _values(value)


@pytest.mark.parametrize("body", [None, [], "x", 3, {"event": []}, {"event": {"type": {}}}])
def test_what_is_no_event_at_all_is_ignored(body):
    assert isinstance(inbound.event(body, OWN, "acme"), Ignored)
    assert isinstance(inbound.press(body, OWN, "acme"), Ignored)


def test_broken_characters_and_nul_do_not_pass():
    body = payload("agent_answers_in_a_thread")
    body["event"]["blocks"][0]["elements"][0]["elements"][0]["text"] = "a\ud800b\x00c"
    found = inbound.event(json.loads(json.dumps(body)), OWN, "acme")
    assert isinstance(found, Heard)
    assert plain(found.body) == "a\ufffdb\ufffdc"
