"""The mailbox's part of the control API below /play."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from aiohttp import web

from adapters.playground.errors import Refused
from adapters.playground.mail import Mail
from adapters.playground.mailbox import Mailbox
from adapters.playground.values import JSON


def summary(mail: Mail) -> JSON:
    return {
        "number": mail.number,
        "to": ", ".join(mail.recipients),
        "from": mail.from_ or mail.sender,
        "subject": mail.subject,
        "received_at": mail.received_at,
    }


def whole(mail: Mail) -> JSON:
    return summary(mail) | {
        "envelope": {"sender": mail.sender, "recipients": list(mail.recipients)},
        "headers": [list(pair) for pair in mail.headers],
        "text": mail.text,
        "html": mail.html,
        "source": mail.raw.decode("utf-8", errors="replace").replace("\r\n", "\n"),
        "links": list(mail.links),
        "enclosures": [dataclasses.asdict(one) for one in mail.enclosures],
    }


@dataclass(frozen=True, slots=True)
class MailControl:
    mailbox: Mailbox

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/play/mails", self.mails),
            web.get("/play/mail", self.mail),
            web.get("/play/mail_attempts", self.attempts),
        ]

    async def mails(self, request: web.Request) -> web.Response:
        """The newest first."""
        to = request.query.get("to", "")
        kept = [mail for mail in self.mailbox.mails if not to or mail.is_to(to)]
        return web.json_response({"mails": [summary(mail) for mail in reversed(kept)]})

    async def mail(self, request: web.Request) -> web.Response:
        number = request.query.get("number", "")
        found = self.mailbox.find(int(number)) if number.isascii() and number.isdigit() else None
        if found is None:
            raise Refused("mail_not_found")
        return web.json_response(whole(found))

    async def attempts(self, _request: web.Request) -> web.Response:
        return web.json_response({"attempts": [dataclasses.asdict(one) for one in self.mailbox.attempts]})
