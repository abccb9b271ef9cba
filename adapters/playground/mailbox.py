"""What the pretend mail server keeps: the mails in order, and every attempt to bring one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from adapters.playground.live import Live
from adapters.playground.mail import Mail, Post, read_mail
from adapters.playground.mail_faults import MailFaults
from adapters.playground.rules import Rules

KEPT = "kept"


@dataclass(frozen=True, slots=True)
class MailAttempt:
    """One try to bring a mail, and how it ended: `kept`, or the fault that met it. `is_kept` says whether the mail is
    in the box all the same. The message id is known only once the mail itself came.
    """

    at: float
    message_id: str
    outcome: str
    recipients: tuple[str, ...] = ()
    is_kept: bool = False


@dataclass(slots=True)
class Mailbox:
    rules: Rules
    live: Live
    mails: deque[Mail] = field(init=False)
    attempts: deque[MailAttempt] = field(init=False)
    faults: MailFaults = field(default_factory=MailFaults)
    count: int = 0

    def __post_init__(self) -> None:
        self.mails = deque(maxlen=self.rules.kept_mails)
        self.attempts = deque(maxlen=self.rules.kept_calls)

    def read(self, post: Post) -> Mail:
        """The mail that would be kept next."""
        return read_mail(post, number=self.count + 1, received_at=self.rules.clock())

    def keep(self, mail: Mail) -> None:
        """Two mails with one message id are two mails: nobody on the way throws one away."""
        self.count = mail.number
        self.mails.append(mail)
        self.live.mails(len(self.mails))

    def tried(self, mail: Mail, outcome: str, *, is_kept: bool) -> None:
        self.attempts.append(MailAttempt(self.rules.clock(), mail.message_id, outcome, mail.recipients, is_kept))

    def failed(self, outcome: str, recipients: tuple[str, ...] = ()) -> None:
        """Before the mail itself came."""
        self.attempts.append(MailAttempt(self.rules.clock(), "", outcome, recipients))

    def find(self, number: int) -> Mail | None:
        return next((mail for mail in self.mails if mail.number == number), None)
