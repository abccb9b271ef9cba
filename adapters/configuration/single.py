"""The one site that the settings describe, where no configuration was applied."""

from __future__ import annotations

from adapters import settings as table
from adapters.settings import Settings
from bridge.errors import Refused
from bridge.managers import channel_at, site_id
from bridge.model import Channel, Rule, Site


def single_site(settings: Settings) -> tuple[Site, Channel]:
    """The site and its channel. Raises Refused with every sentence of what is missing."""
    if faults := table.missing_site(settings):
        raise Refused("settings", "\n".join(faults))
    workplace, ref = ("slack", settings.slack_channel) if settings.slack_channel else ("teams", settings.teams_channel)
    channel = channel_at(workplace, ref)
    site = Site(
        id=site_id(settings.site_key),
        key=settings.site_key,
        name=settings.site_name or settings.site_origins[0].split("://")[1],
        origins=settings.site_origins,
        channel=channel.id,
        language=settings.site_language,
        agents_language=settings.agents_language,
        rule=Rule(settings.site_rule),
        accent=settings.site_accent,
        privacy_url=settings.site_privacy_url,
        daily_limit=settings.limit_site_daily,
    )
    return site, channel
