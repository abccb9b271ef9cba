"""What must leave: order, lanes, doubt, and who may say what became of it, on every store."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bridge import markup
from bridge.model import Kind, Receipt
from bridge.transaction import LIMITED
from tests.storage.town import ALL, CHANNEL, POSTS, WORKS

JOINING = replace(POSTS, join=True)
STATES = "SELECT state FROM delivery ORDER BY number"


async def said(town, errand):
    return [markup.plain(message.body) for message in errand.messages]


async def test_the_card_comes_first_and_lines_follow_one_at_a_time(town):
    visitor = await town.visitor()
    for text in ("one", "two", "three"):
        await town.says(visitor, text)
    opening = await town.taken()
    assert opening.delivery.kind is Kind.OPEN
    assert await town.take() is None
    await town.delivered(opening, "root")
    second = await town.taken()
    assert await said(town, second) == ["two"]
    assert second.thread.ref == "root"
    assert await town.take() is None
    await town.delivered(second)
    assert await said(town, await town.taken()) == ["three"]


async def test_a_long_first_message_is_carried_once_by_the_line_below_the_card(town):
    visitor = await town.visitor()
    message = await town.says(visitor, "word " * 400)
    opening = await town.taken()
    assert await town.delivered(opening)
    assert (await town.sees(visitor)).messages[0][0].receipt is Receipt.SENT
    line = await town.taken()
    assert line.messages[0].id == message.id
    await town.delivered(line)
    assert (await town.sees(visitor)).messages[0][0].receipt is Receipt.POSTED


async def test_lanes_do_not_wait_for_each_other(town):
    for text in ("a", "b", "c"):
        await town.says(await town.visitor(), text)
    taken = [await town.taken() for _ in range(3)]
    assert [await said(town, errand) for errand in taken] == [["a"], ["b"], ["c"]]
    assert await town.take() is None


async def test_an_unknown_end_blocks_its_own_lane_only(town):
    visitor, _ = await town.thread()
    await town.says(visitor, "lost?")
    await town.says(visitor, "behind it")
    errand = await town.taken()
    now = town.clock.now()
    assert await town.store.turn(lambda tx: tx.doubtful(errand.delivery.number, town.epoch, now))
    assert await town.take() is None
    await town.says(await town.visitor(), "another")
    assert await said(town, await town.taken()) == ["another"]
    assert await town.store.turn(lambda tx: tx.not_found(errand.delivery.number, town.epoch, now))
    again = await town.taken()
    assert (again.delivery, again.attempt, await said(town, again)) == (errand.delivery, 2, ["lost?"])


async def test_a_doubt_is_handed_out_once_in_a_while_and_can_turn_out_well(town):
    visitor = await town.visitor()
    await town.says(visitor, "hello")
    errand = await town.taken()
    ended = town.clock.now()
    await town.store.turn(lambda tx: tx.doubtful(errand.delivery.number, town.epoch, ended))
    (doubt,) = await doubts(town)
    assert (doubt.errand.delivery, doubt.ended_at) == (errand.delivery, ended)
    assert await doubts(town) == ()
    town.clock.forward(minutes=2)
    assert len(await doubts(town)) == 1
    assert await town.delivered(errand, "found")
    assert not await town.delivered(errand, "found twice")
    assert (await town.sees(visitor)).messages[0][0].receipt is Receipt.POSTED


async def doubts(town, epoch=None):
    now, mine = town.clock.now(), epoch or town.epoch
    return await town.store.turn(lambda tx: tx.doubts(WORKS, mine, now))


async def test_a_postponed_line_is_due_at_its_time_and_keeps_its_place(town):
    visitor, _ = await town.thread()
    await town.says(visitor, "one")
    await town.says(visitor, "two")
    errand = await town.taken()
    until = town.clock.now() + timedelta(minutes=5)
    assert await town.store.turn(lambda tx: tx.postponed(errand.delivery.number, town.epoch, until, "limited"))
    assert await town.take() is None
    now = town.clock.now()
    assert (await town.store.read(lambda tx: tx.agenda(WORKS, now))).next_due == until
    town.clock.forward(minutes=6)
    assert [await said(town, carried) for carried in await town.carry()] == [["one"], ["two"]]


async def test_of_many_who_take_at_once_each_gets_another(town):
    visitors = [await town.visitor() for _ in range(4)]
    for visitor in visitors:
        await town.says(visitor, "hello")
    taken = await asyncio.gather(*[town.take() for _ in range(8)])
    numbers = [errand.delivery.number for errand in taken if errand]
    assert len(numbers) == len(set(numbers))
    rest = [errand.delivery.number for errand in [await town.take() for _ in range(4)] if errand]
    assert len(numbers) + len(rest) == 4


async def test_a_lane_never_has_two_calls_under_way_whoever_takes(town, witness):
    visitor, _ = await town.thread()
    for number in range(6):
        await town.says(visitor, f"{number}")
    taken = await asyncio.gather(*[town.take(POSTS) for _ in range(8)])
    assert len([errand for errand in taken if errand]) == 1
    assert witness.number("SELECT count(*) FROM delivery WHERE state = 'sending'") == 1


async def test_another_epoch_has_nothing_to_say(town, witness):
    """Also when the row is in the very state that the late word would end."""
    visitor = await town.visitor()
    await town.says(visitor, "hello")
    errand = await town.taken()
    number, stale, now = errand.delivery.number, town.epoch, town.clock.now()
    town.epoch = await town.lease("second", by_force=True) or 0
    assert town.epoch == stale + 1
    assert await town.store.turn(lambda tx: tx.orphan(WORKS, town.epoch, now)) == 1
    assert not await town.store.turn(lambda tx: tx.postponed(number, stale, now, "late"))
    assert not await town.store.turn(lambda tx: tx.doubtful(number, stale, now))
    assert not await town.store.turn(lambda tx: tx.gave_up(number, stale, "late"))
    assert not await town.store.turn(lambda tx: tx.look_again(number, stale, now))
    assert not await town.store.turn(lambda tx: tx.not_found(number, stale, now))
    assert await doubts(town, stale) == ()
    assert witness.column(STATES) == ["unknown"]
    assert witness.one("SELECT ref FROM thread") == ""
    assert await town.delivered(errand, "root")
    assert witness.one("SELECT ref FROM thread") == "root"


async def test_what_an_earlier_epoch_has_posted_is_kept_once(town, witness):
    """Whoever took over keeps it, rather than one repeating it and the other taking it away."""
    visitor = await town.visitor()
    await town.says(visitor, "hello")
    errand = await town.taken()
    stale, now = town.epoch, town.clock.now()
    town.epoch = await town.lease("second", by_force=True) or 0
    number = errand.delivery.number
    assert await town.store.turn(lambda tx: tx.orphan(WORKS, town.epoch, now)) == 1
    assert not await town.delivered(errand, "late", epoch=stale)  # who looks for it will find it
    assert await town.store.read(lambda tx: tx.is_doubtful(number))
    assert await town.store.turn(lambda tx: tx.not_found(number, town.epoch, now))
    assert await town.delivered(errand, "late", epoch=stale)
    assert witness.column(STATES) == ["done"]
    assert await town.delivered(errand, "late", epoch=stale)  # the recorded one stays
    assert not await town.delivered(errand, "other", epoch=stale)


async def test_a_superseded_courier_begins_nothing(town):
    stale = town.epoch
    await town.says(await town.visitor(), "hello")
    town.epoch = await town.lease("second", by_force=True) or 0
    assert await town.take(epoch=stale) is None
    assert await town.take() is not None


async def test_what_dead_epochs_left_becomes_a_doubt_and_harmless_things_are_made_again(town, witness):
    visitor, root = await town.thread()
    await town.presses(root, "claim", "anna")
    await town.presses(root, "claim", "mikael")
    await town.says(visitor, "on its way")
    for _ in range(3):
        await town.taken()
    assert await town.take() is None
    town.epoch = await town.lease("second", by_force=True) or 0
    now = town.clock.now()
    assert await town.store.turn(lambda tx: tx.orphan(WORKS, town.epoch, now)) == 3
    assert await town.store.turn(lambda tx: tx.orphan(WORKS, town.epoch, now)) == 0
    found = dict(witness.rows("SELECT kind, state FROM delivery WHERE state <> 'done'"))
    assert found == {"card": "due", "tell": "due", "post": "unknown"}
    (doubt,) = await doubts(town)
    assert await said(town, doubt.errand) == ["on its way"]


async def test_waiting_lines_join_in_order_up_to_the_room_there_is(town, witness):
    visitor, _ = await town.thread()
    for text in ("a" * 10, "b" * 10, "c" * 10, "d" * 10):
        await town.says(visitor, text)
    errand = await town.taken(replace(JOINING, max_text=33))
    assert [text[0] for text in await said(town, errand)] == ["a", "b", "c"]
    await town.delivered(errand)
    assert witness.column(STATES) == ["done", "done", "joined", "joined", "due"]
    receipts = [(markup.plain(m.body)[0], m.receipt) for m, _, _ in (await town.sees(visitor)).messages[1:]]
    assert receipts == [("a", "posted"), ("b", "posted"), ("c", "posted"), ("d", "sent")]


async def test_a_notice_between_lines_ends_what_can_be_joined(town):
    visitor, _ = await town.thread()
    await town.says(visitor, "before")
    await town.visitors.leave_email(visitor, "maija@example.com")
    await town.says(visitor, "after")
    assert await said(town, await town.taken(JOINING)) == ["before"]


async def test_a_post_is_frozen_at_its_first_attempt(town):
    visitor, _ = await town.thread()
    await town.says(visitor, "one")
    await town.says(visitor, "two")
    errand = await town.taken(JOINING)
    assert await said(town, errand) == ["one", "two"]
    await town.says(visitor, "three")
    now = town.clock.now()
    await town.store.turn(lambda tx: tx.postponed(errand.delivery.number, town.epoch, now, "again"))
    again = await town.taken(JOINING)
    assert (await said(town, again), again.delivery.key) == (["one", "two"], errand.delivery.key)
    await town.delivered(again)
    assert await said(town, await town.taken(JOINING)) == ["three"]


async def test_a_line_that_was_tried_alone_is_not_joined_to_another(town):
    visitor, _ = await town.thread()
    await town.says(visitor, "tried")
    errand = await town.taken(POSTS)
    await town.says(visitor, "new")
    now = town.clock.now()
    await town.store.turn(lambda tx: tx.postponed(errand.delivery.number, town.epoch, now, "again"))
    assert await said(town, await town.taken(JOINING)) == ["tried"]


async def test_card_updates_that_wait_are_one(town, witness):
    _, root = await town.thread()
    await town.presses(root, "claim", "anna")
    await town.presses(root, "release", "anna")
    await town.presses(root, "claim", "mikael")
    cards = "SELECT count(*) FROM delivery WHERE kind = 'card'"
    assert witness.number(cards) == 1
    errand = await town.taken(replace(ALL, kinds=(Kind.CARD,)))
    assert errand.claimant is not None
    assert errand.claimant.ref == "mikael"
    assert errand.root_key
    await town.presses(root, "release", "mikael")
    assert witness.number(cards) == 2
    assert await town.take(replace(ALL, kinds=(Kind.CARD,))) is None
    await town.delivered(errand)
    assert (await town.taken(replace(ALL, kinds=(Kind.CARD,)))).claimant is None


async def test_shut_channels_and_other_kinds_are_let_be(town):
    visitor, root = await town.thread()
    await town.says(visitor, "line")
    await town.presses(root, "claim", "anna")
    assert await town.take(replace(ALL, shut=(CHANNEL,))) is None
    assert await town.take(replace(ALL, kinds=(Kind.TELL, Kind.OPEN))) is None
    assert await town.take(replace(ALL, kinds=())) is None
    assert (await town.taken(replace(ALL, kinds=(Kind.CARD,)))).delivery.kind is Kind.CARD
    assert (await town.taken(replace(ALL, shut=("C2",)))).delivery.kind is Kind.POST


async def test_open_and_claimed_threads_go_before_new_cards_and_cards_before_other_lines(town):
    waiting, _ = await town.thread("waits")
    claimed, root = await town.thread("claimed")
    await town.presses(root, "claim", "anna")
    await town.says(waiting, "waiting line")
    await town.says(await town.visitor(), "new one")
    await town.says(claimed, "claimed line")
    order = [errand async for errand in each_taken(town)]
    assert [errand.delivery.kind for errand in order] == ["post", "open", "post", "card"]
    assert await said(town, order[0]) == ["claimed line"]


async def each_taken(town):
    while errand := await town.take():
        yield errand


async def test_given_up_is_undelivered_and_news_to_the_visitor(town, signals):
    visitor = await town.visitor()
    await town.says(visitor, "hello")
    cursor = (await town.sees(visitor)).upto
    errand = await town.taken()
    signals.rung.clear()
    assert await town.store.turn(lambda tx: tx.gave_up(errand.delivery.number, town.epoch, "rejected"))
    assert f"visitor:{visitor}" in signals.rung
    (message, _, _), *rest = (await town.sees(visitor, cursor)).messages
    assert (message.receipt, rest) == (Receipt.UNDELIVERED, [])


async def test_an_undelivered_message_sets_out_again_under_its_own_key(town):
    visitor, _ = await town.thread()
    message = await town.says(visitor, "again", "k")
    errand = await town.taken()
    await town.store.turn(lambda tx: tx.gave_up(errand.delivery.number, town.epoch, "rejected"))
    assert (await town.says(visitor, "again", "k")).id == message.id
    (carried,) = await town.carry()
    assert carried.messages[0].id == message.id
    assert carried.delivery.key != errand.delivery.key
    assert await town.texts(visitor) == ["hello", "again"]


async def test_a_failed_line_does_not_block_its_lane(town):
    visitor, _ = await town.thread()
    await town.says(visitor, "refused")
    await town.says(visitor, "fine")
    errand = await town.taken()
    await town.store.turn(lambda tx: tx.gave_up(errand.delivery.number, town.epoch, "rejected"))
    assert [await said(town, carried) for carried in await town.carry()] == [["fine"]]


async def test_after_a_day_what_still_waits_is_given_up_and_counted(town, witness):
    visitors = [await town.visitor() for _ in range(3)]
    for visitor in visitors[:2]:
        await town.says(visitor, "old")
    town.clock.forward(hours=25)
    await town.says(visitors[2], "new")
    assert await town.store.read(lambda tx: tx.waiting_count(WORKS)) == 3
    before = town.clock.now() - timedelta(hours=24)
    assert await town.store.turn(lambda tx: tx.expire(WORKS, before)) == 2
    assert await town.store.turn(lambda tx: tx.expire(WORKS, before)) == 0
    assert await town.store.read(lambda tx: tx.waiting_count(WORKS)) == 1
    assert witness.column("SELECT receipt FROM message ORDER BY at") == ["undelivered", "undelivered", "sent"]


async def test_workplaces_do_not_see_each_others_deliveries(town):
    await town.says(await town.visitor(), "hello")
    now = town.clock.now()
    assert await town.store.turn(lambda tx: tx.take("other", 1, now, ALL)) is None
    assert await town.store.read(lambda tx: tx.waiting_count("other")) == 0
    assert await town.store.turn(lambda tx: tx.orphan("other", 9, now)) == 0


async def test_a_card_that_never_came_takes_its_lines_along_and_a_retry_brings_a_new_one(town):
    visitor = await town.visitor()
    first = await town.says(visitor, "one", "k1")
    await town.says(visitor, "two", "k2")
    card = await town.taken()
    await town.store.turn(lambda tx: tx.gave_up(card.delivery.number, town.epoch, "rejected"))
    assert [said.receipt for said, _, _ in (await town.sees(visitor)).messages] == [Receipt.UNDELIVERED] * 2
    assert await town.take() is None
    assert not await town.store.read(lambda tx: tx.is_opening(card.thread.id))
    await town.says(visitor, "two", "k2")
    assert await town.store.read(lambda tx: tx.is_opening(card.thread.id))
    await town.says(visitor, "one", "k1")
    carried = await town.carry()
    assert [errand.delivery.kind for errand in carried] == [Kind.OPEN, Kind.POST]
    assert {message.id for errand in carried for message in errand.messages} >= {first.id}
    assert [said.receipt for said, _, _ in (await town.sees(visitor)).messages] == [Receipt.POSTED] * 2


async def test_a_courier_that_takes_over_knows_of_the_silence_asked_for(town):
    visitor, _ = await town.thread()
    await town.says(visitor, "too much")
    errand = await town.taken()
    now = town.clock.now()
    until = now + timedelta(minutes=5)
    assert await town.store.read(lambda tx: tx.silences(WORKS, now)) == ()
    await town.store.turn(lambda tx: tx.postponed(errand.delivery.number, town.epoch, until, LIMITED))
    assert await town.store.read(lambda tx: tx.silences(WORKS, now)) == ((Kind.POST, until),)
    assert await town.store.read(lambda tx: tx.silences("other", now)) == ()
    assert await town.store.read(lambda tx: tx.silences(WORKS, until)) == ()


async def test_nothing_of_a_thread_leaves_before_its_root_stands(town):
    """Cards and hints have lanes of their own, and must not overtake the root for that."""
    visitor = await town.visitor()
    await town.says(visitor, "hello")
    await town.visitors.leave_email(visitor, "maija@example.com")
    opening = await town.taken()
    assert opening.delivery.kind is Kind.OPEN
    assert await town.take() is None
    assert await town.delivered(opening)
    assert {errand.delivery.kind for errand in await town.carry()} == {Kind.NOTICE, Kind.CARD}
