"""Mail as a way out: a letter becomes a mail, and leaves by one SMTP server."""

from adapters.mail.compose import compose, preview
from adapters.mail.mailer import SmtpMailer
from adapters.mail.setup import MailSettings, faults

__all__ = ["MailSettings", "SmtpMailer", "compose", "faults", "preview"]
