"""Mails as an app would send them, and the client that sends them."""

from __future__ import annotations

from email.message import EmailMessage

import aiosmtplib

NOW = 1_800_000_000.0
PERSON = "matti@customer.example"


def letter(text="Hello", to=PERSON, message_id="<1@silta.example>", **headers) -> EmailMessage:
    made = EmailMessage()
    standard = {"From": "Kauppa <chat@shop.example>", "To": to, "Subject": "Kiitos käynnistä"}
    for name, value in (standard | {"Message-ID": message_id} | headers).items():
        made[name] = value
    made.set_content(text)
    return made


def mailer(slack, **more) -> aiosmtplib.SMTP:
    options = {"start_tls": False, "timeout": 5} | more
    return aiosmtplib.SMTP(hostname=slack.smtp_host, port=slack.smtp_port, **options)


async def post(slack, message=None, **more) -> None:
    async with mailer(slack, **more) as client:
        await client.send_message(message or letter())
