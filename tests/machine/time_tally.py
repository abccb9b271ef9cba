"""What a run in which time passes has reached, what must never be reached, and what the checks count by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LEVEL = "UPDATE OF level ON conversation WHEN NEW.level > OLD.level"
_DELIVERY = "UPDATE OF state ON delivery WHEN "
_THREAD = "UPDATE OF state ON thread WHEN OLD.state = 'standby' AND NEW.state = '{}'"
_LAST = """(SELECT m.speaker FROM message m WHERE m.conversation_id = NEW.conversation_id AND m.visibility = 'public'
           AND m.speaker <> 'notice' AND NOT m.removed ORDER BY m.place DESC, m.ordering DESC LIMIT 1)"""

OUTCOMES: Final[Mapping[str, str]] = {
    "a level fired": _LEVEL,
    "a level that stands for one that was missed": f"{_LEVEL} + 1",
    "a call shown in the channel": "INSERT ON delivery WHEN NEW.words = 'escalated' AND NEW.kind = 'notice'"
    " AND NEW.to_ref = ''",
    "a call by name": "INSERT ON delivery WHEN NEW.words = 'escalated' AND NEW.kind = 'notice' AND NEW.to_ref <> ''",
    "a call by mail": "INSERT ON delivery WHEN NEW.words = 'escalated' AND NEW.kind = 'mail'",
    "a line for all who wait": "INSERT ON delivery WHEN NEW.kind = 'digest'",
    "a mail for all who wait": "INSERT ON delivery WHEN NEW.words = 'digest' AND NEW.kind = 'mail'",
    "a call called off before it left": f"{_DELIVERY} OLD.state = 'due' AND NEW.state = 'cancelled'"
    " AND OLD.escalates > 0",
    "a call called off under way": f"{_DELIVERY} OLD.state IN ('sending', 'unknown') AND NEW.state = 'cancelled'"
    " AND OLD.escalates > 0",
    "a second thread wanted": "INSERT ON thread WHEN NEW.state = 'standby'",
    "a second thread taken": _THREAD.format("active"),
    "a second thread left before it was taken": _THREAD.format("moved"),
    "a silent visitor asked": "INSERT ON message WHEN NEW.notice = 'idle_asked'",
    "a quiet chat ended": "INSERT ON message WHEN NEW.notice = 'closed_idle'",
    "a chat kept open": "INSERT ON delivery WHEN NEW.words = 'extended'",
    "a transcript": "INSERT ON delivery WHEN NEW.words = 'transcript'",
    "a transcript of a later close": "INSERT ON delivery WHEN NEW.words = 'transcript' AND EXISTS (SELECT 1 FROM"
    " conversation c WHERE c.id = NEW.conversation_id AND c.spell > 1)",
    "a doubtful mail sent again": f"{_DELIVERY} OLD.kind = 'mail' AND OLD.state = 'due' AND NEW.state = 'sending'"
    " AND OLD.cause = 'not found'",
    "a mail given up": f"{_DELIVERY} OLD.kind = 'mail' AND NEW.state = 'failed'",
    "a post removed for somebody forgotten": f"{_DELIVERY} OLD.kind = 'erase' AND NEW.state = 'done'",
    "a conversation erased": "DELETE ON conversation WHEN OLD.id <> ''",
    "somebody waits anew": "UPDATE OF spell ON conversation WHEN NEW.spell > OLD.spell",
    "a conversation claimed": "UPDATE OF status ON conversation WHEN OLD.status = 'waiting' AND NEW.status = 'claimed'",
}
NEVER: Final[Mapping[str, str]] = {
    "I17: who waited for the team was sent away": f"INSERT ON message WHEN NEW.notice = 'closed_idle' AND {_LAST}"
    " = 'visitor'",
    "I7: two threads go on": "UPDATE OF state ON thread WHEN NEW.state = 'active' AND EXISTS (SELECT 1 FROM thread t"
    " WHERE t.conversation_id = NEW.conversation_id AND t.id <> NEW.id AND t.state = 'active')",
}
# Tables of a run: each close with what it was by, and each time that nobody knew how a call ended.
LOGS: Final = (
    "CREATE TEMP TABLE close_log (conversation TEXT, spell INTEGER, email TEXT, policy TEXT)",
    """CREATE TEMP TRIGGER log_close AFTER UPDATE OF status ON main.conversation
       WHEN OLD.status <> 'closed' AND NEW.status = 'closed' BEGIN
           INSERT INTO close_log SELECT NEW.id, NEW.spell, v.email, s.policy FROM main.visitor v
           JOIN main.site s ON s.id = NEW.site_id WHERE v.id = NEW.visitor_id; END""",
    "CREATE TEMP TABLE doubt_log (key TEXT)",
    """CREATE TEMP TRIGGER log_doubt AFTER UPDATE OF state ON main.delivery
       WHEN OLD.state = 'sending' AND NEW.state = 'unknown' BEGIN INSERT INTO doubt_log VALUES (NEW.key); END""",
    "CREATE TEMP TABLE adopted_log (key TEXT)",
    """CREATE TEMP TRIGGER log_adopted AFTER UPDATE OF epoch ON main.delivery
       WHEN OLD.state = 'sending' AND OLD.epoch <> NEW.epoch BEGIN INSERT INTO adopted_log VALUES (NEW.key); END""",
    "CREATE TEMP TABLE call_log (key TEXT, conversation TEXT, spell INTEGER, number INTEGER, at TEXT)",
    """CREATE TEMP TRIGGER log_call AFTER INSERT ON main.delivery
       WHEN NEW.escalates > 0 AND NEW.words <> 'fallback' OR NEW.words = 'digest' BEGIN
           INSERT INTO call_log SELECT NEW.key, NEW.conversation_id, NEW.escalates, max(c.level), NEW.created_at
           FROM main.conversation c WHERE c.id = NEW.conversation_id; END""",
)
