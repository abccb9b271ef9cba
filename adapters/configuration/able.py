"""What a configuration needs of the machine that is to keep it."""

from __future__ import annotations

from pathlib import Path

from adapters.configuration.faults import ConfigurationError
from adapters.configuration.file import load
from adapters.settings import Settings
from bridge.configuration import Configuration
from bridge.errors import Refused
from bridge.schedules import Action


def load_for(settings: Settings, file: Path) -> Configuration:
    """A configuration that a machine with these settings can keep. Raises Refused."""
    try:
        configuration = load(file)
    except ConfigurationError as error:
        raise Refused("configuration", str(error)) from error
    if _mails(configuration) and not settings.smtp_host:
        raise Refused("mail", "it sends mails, and no mail server is set up: set SILTA_SMTP_HOST and SILTA_MAIL_FROM")
    used = {entry.channel.workplace for entry in configuration.channels}
    for workplace, is_set_up, first in (
        ("slack", settings.uses_slack, "SILTA_SLACK_BOT_TOKEN"),
        ("teams", settings.uses_teams, "SILTA_TEAMS_APP_ID"),
    ):
        if workplace in used and not is_set_up:
            raise Refused(
                "workplace", f"it has a channel in {workplace}, which is not set up: set {first} and the rest"
            )
    return configuration


def _mails(configuration: Configuration) -> bool:
    levels = [level for entry in configuration.channels for level in entry.schedule.plan.levels]
    to_team = any(site.policy.transcripts.to_team for site in configuration.sites)
    return to_team or any(level.action is Action.MAIL for level in levels)
