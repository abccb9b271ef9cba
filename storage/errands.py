"""A delivery with everything that its words are made of, read in the turn that takes it."""

from __future__ import annotations

from sqlalchemy import Executable

from bridge.ground import HISTORY
from bridge.model import ConversationId, Message, MessageId, Thread, ThreadState
from bridge.transaction import Errand, ThreadErrand
from storage import rows
from storage import statements as sql
from storage import statements_time as timely
from storage.rows import AnyRow
from storage.time import Time


class Errands(Time):
    """What the outbox hands to the courier."""

    def _errand(self, number: int) -> Errand:
        row = self._the_delivery(number)
        if row.thread_id is not None:
            return self._thread_errand(row)
        return Errand(
            delivery=rows.delivery(row),
            attempt=row.attempt,
            started_at=row.started_at,
            doubts=row.doubts,
            channel=self.channel(row.channel_id),
        )

    def _thread_errand(self, row: AnyRow) -> ThreadErrand:
        thread = rows.thread(self._the(sql.THREAD_BY_ID, row.thread_id))
        self._known[thread.id] = thread
        conversation = self.lock_conversation(ConversationId(row.conversation_id))
        is_card = row.kind in ("open", "card")
        opened = self._opened(row) if row.kind == "card" else None
        root = opened or row
        return ThreadErrand(
            delivery=rows.delivery(row),
            attempt=row.attempt,
            started_at=row.started_at,
            doubts=opened.doubts if opened else row.doubts,
            thread=thread,
            channel=self.channel(row.channel_id),
            conversation=conversation,
            site=self.site_of(conversation.site),
            visitor=rows.visitor(self._the(sql.VISITOR_BY_ID, conversation.visitor)),
            claimant=self.agent_of(conversation.claimant) if conversation.claimant else None,
            messages=self._messages_of(row),
            earlier=conversation.number - 1,
            root_key=self._root_key(thread) if row.kind == "card" else "",
            is_moved=is_card
            and thread.state is not ThreadState.MOVED
            and self._one(timely.HAS_MOVED, conversation=conversation.id) is not None,
            away_from=rows.away_from(root.words, root.about) if is_card else "",
            schedule=self.schedule(conversation.channel) if is_card else None,
        )

    def _the_delivery(self, number: int) -> AnyRow:
        row = self._one(sql.DELIVERY_BY_NUMBER, number=number)
        if row is None:
            raise LookupError(f"delivery {number}")
        return row

    def _root_key(self, thread: Thread) -> str:
        row = self._one(sql.POST_AT, thread=thread.id, ref=thread.ref)
        return str(row.id) if row else ""

    def _the(self, statement: Executable, name: str) -> AnyRow:
        row = self._one(statement, id=name)
        if row is None:
            raise LookupError(name)
        return row

    def _messages_of(self, row: AnyRow) -> tuple[Message, ...]:
        if row.words == HISTORY:
            found = self._connection.execute(sql.SAID_SO_FAR, {"conversation": row.conversation_id}).all()
            return tuple(rows.message(said) for said in reversed(found))
        if row.kind == "card":
            return self._words_of_card(row)
        frozen = self._connection.execute(sql.MESSAGES_OF_POST, {"post": row.key}).all()
        if frozen:
            return tuple(rows.message(found) for found in frozen)
        message = self.message(row.message_id) if row.message_id else None
        return (message,) if message else ()

    def _opened(self, row: AnyRow) -> AnyRow | None:
        """The delivery that posted the root of its thread."""
        return self._one(timely.OPENED, conversation=row.conversation_id, thread=row.thread_id)

    def _words_of_card(self, row: AnyRow) -> tuple[Message, ...]:
        """What the root was posted with: first words that were refused may be another post by now, or none."""
        opened = self._opened(row)
        first = self.message(MessageId(opened.message_id)) if opened and opened.message_id else None
        return (first,) if first else ()
