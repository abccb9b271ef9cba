"""Presses of a card's buttons, and what the bot answered."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.playground.errors import Refused
from adapters.playground.teams import activities, card_shown, cards, events
from adapters.playground.teams.display import card_of
from adapters.playground.teams.errors import ConnectorError
from adapters.playground.teams.people import enter, post_of
from adapters.playground.teams.stage import Stage
from adapters.playground.teams.values import Answered
from adapters.playground.teams.workspace import Post
from adapters.playground.values import JSON

Value = str | Mapping[str, str]
SUBMIT, EXECUTE = "Action.Submit", "Action.Execute"


def _as_data(action: JSON) -> JSON:
    data = action.get("data")
    return dict(data) if isinstance(data, dict) else {}


def _is_named(action: JSON, verb: str) -> bool:
    """By its verb, its id or, where it has neither, a word of its data or its title."""
    names = [action.get("verb"), action.get("id"), action.get("title"), *_as_data(action).values()]
    return verb in [name for name in names if isinstance(name, str)]


def _found(card: JSON, verb: str, value: Value) -> JSON:
    pressable = [one for one in card_shown.actions(card) if one["type"] in (SUBMIT, EXECUTE)]
    exact = [one for one in pressable if one.get("verb") == verb]
    named = exact or [one for one in pressable if _is_named(one, verb)]
    if isinstance(value, str) and value and not card_shown.inputs(card):
        named = [one for one in named if value in _as_data(one).values()]
    if not named:
        raise Refused("button_not_found")
    if named[0].get("isEnabled") is False:
        raise Refused("button_disabled")
    return named[0]


def _alone(inputs: list[JSON], word: str) -> dict[str, str]:
    return {str(inputs[0]["id"]): word} if word and inputs else {}


def _typed(card: JSON, value: Value) -> dict[str, str]:
    """The inputs by their ids; one word alone is the first input's."""
    inputs = card_shown.inputs(card)
    known = {str(one["id"]): str(one["value"]) for one in inputs if "value" in one}
    given = _alone(inputs, value) if isinstance(value, str) else dict(value)
    if unknown := set(given) - {one["id"] for one in inputs}:
        raise Refused(f"no_input_{min(unknown)}")
    for one in inputs:
        _checked(one, (known | given).get(str(one["id"]), ""))
    return known | given


def _checked(field: JSON, word: str) -> None:
    """What the client would not send."""
    if field.get("isRequired") and not word:
        raise Refused("input_required")
    if "maxLength" in field and len(word) > int(field["maxLength"]):
        raise Refused("input_too_long")
    if field["type"] == "Input.ChoiceSet" and not field.get("isMultiSelect"):
        choices = ["", *(one["value"] for one in field.get("choices", ()))]
        if word not in choices and "choices.data" not in field:
            raise Refused("unknown_choice")


def _take(post: Post, user: str, answer: Answered, stage: Stage) -> None:
    """A card in the answer is seen by this person alone; one that is not a card is not shown."""
    made = answer.body.get("value")
    if answer.status != 200 or answer.body.get("type") != activities.CARD or not isinstance(made, dict):
        return
    try:
        cards.card(made)
    except ConnectorError:
        return
    post.personal[user] = made
    stage.changed(post)


async def press(
    stage: Stage, user: str, where: tuple[str, str], chosen: tuple[str, Value], *, as_submit: bool = False
) -> Answered:
    """`where` is the channel and the post's id, `chosen` the verb and what was entered. An older client
    does not know Action.Execute and takes its fallback.
    """
    person, post = enter(stage, user, where[0]), post_of(stage, *where)
    card = card_of(post, user)
    if post.is_deleted or card is None:
        raise Refused("no_card")
    action = _found(card, *chosen)
    data = _as_data(action) | _typed(card, chosen[1])
    if not stage.is_installed:
        return Answered(0, {})
    fallback = action.get("fallback")
    if as_submit and isinstance(fallback, dict):
        data = _as_data(fallback) | _typed(card, chosen[1])
    if as_submit or action["type"] == SUBMIT:
        return await stage.deliveries.submitted(events.submitted(stage, post, person, data))
    sent = {name: action[name] for name in ("type", "id", "title", "verb") if name in action}
    answer = await stage.deliveries.asked(events.executed(stage, post, person, sent | {"data": data}))
    _take(post, user, answer, stage)
    return answer


async def refresh(stage: Stage, user: str, where: tuple[str, str]) -> Answered:
    """The client asks for the person's own card when the post comes into view."""
    person, post = enter(stage, user, where[0]), post_of(stage, *where)
    card = card_of(post, user)
    wanted = card.get("refresh") if card else None
    if not wanted or user not in wanted.get("userIds", [user]):
        raise Refused("no_refresh")
    action = wanted["action"]
    sent = {name: action[name] for name in ("type", "verb", "data") if name in action}
    answer = await stage.deliveries.asked(events.executed(stage, post, person, sent, trigger="automatic"))
    _take(post, user, answer, stage)
    return answer
