"""The mailbox's verbs in Python, for tests that hold the playground in their own process."""

from __future__ import annotations

from adapters.playground.mail import Mail
from adapters.playground.mail_faults import MailFault
from adapters.playground.mailbox import MailAttempt
from adapters.playground.verbs import Verbs


class MailVerbs(Verbs):
    @property
    def mails(self) -> list[Mail]:
        """In the order in which they came; of very many, the newest."""
        return list(self.stage.mailbox.mails)

    def mails_to(self, address: str) -> list[Mail]:
        """Those that the envelope names this address for."""
        return [mail for mail in self.stage.mailbox.mails if mail.is_to(address)]

    @property
    def mail_attempts(self) -> list[MailAttempt]:
        return list(self.stage.mailbox.attempts)

    def fail_mail(self, kind: str, times: int = 1, seconds: float = 0) -> None:
        """For the next mails that get as far as that kind's step; docs/playground.md lists the kinds."""
        self.stage.mailbox.faults.add(MailFault(kind, seconds), times)

    def clear_faults(self) -> None:
        super().clear_faults()
        self.stage.mailbox.faults.clear()
