"""The package of the Teams app: a zip of the manifest, two pictures and the other languages' words.

The same values give the same bytes. Nothing of the bot's SDK is needed for it, so it can be made before anything runs.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any, Final

from adapters.teams import icons, manifest_rules
from adapters.teams.manifest_rules import HEARS_ALL, MANIFEST_VERSION
from bridge.commands import NAMES
from bridge.errors import Refused
from bridge.wording import DEFAULT, LANGUAGES, say

SCHEMAS: Final = f"https://developer.microsoft.com/en-us/json-schemas/teams/v{MANIFEST_VERSION}/"
COLOR, OUTLINE = "color.png", "outline.png"
MANIFEST: Final = "manifest.json"
# Where a value of ours stands in the manifest, and the setting that it comes from.
SETTING_OF: Final = {
    "name.short": "SILTA_TEAMS_APP_NAME",
    "id": "SILTA_TEAMS_APP_ID",
    "bots[0].botId": "SILTA_TEAMS_APP_ID",
    "webApplicationInfo.id": "SILTA_TEAMS_APP_ID",
    "webApplicationInfo.resource": "SILTA_PUBLIC_URL",
    "developer.name": "SILTA_TEAMS_DEVELOPER_NAME",
    "developer.websiteUrl": "SILTA_TEAMS_DEVELOPER_URL",
    "developer.privacyUrl": "SILTA_TEAMS_PRIVACY_URL",
    "developer.termsOfUseUrl": "SILTA_TEAMS_TERMS_URL",
    "version": "--app-version",
}
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first day that a zip can tell
_UNIX = 3
_COMMAND_LINE = re.compile(r"!(\w+) (?:\S+ )?– (.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageValues:
    """What is the operator's to say. The public URL is where the bot is reached."""

    app_id: str
    name: str
    public_url: str
    developer_name: str
    developer_url: str
    privacy_url: str
    terms_url: str
    version: str


def package(values: PackageValues) -> bytes:
    """The zip that Teams takes. Raises Refused with a line for each fault."""
    if found := faults(values):
        raise Refused("package", "\n".join(found))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in {MANIFEST: _json(manifest(values)), **files(values)}.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.create_system, entry.external_attr = _UNIX, 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def faults(values: PackageValues) -> list[str]:
    """What is wrong with the values, a line for each setting; one may stand in several places."""
    found: dict[str, str] = {}
    for fault in manifest_rules.faults(manifest(values), files(values)):
        *places, words = fault.split(": ", 2)
        setting = next((SETTING_OF[place] for place in places if place in SETTING_OF), "")
        found.setdefault(setting or fault, f"{setting}: {words} ({places[-1]} in the manifest)" if setting else fault)
    return list(found.values())


def manifest(values: PackageValues) -> dict[str, Any]:
    """What Teams is told of the app."""
    return {
        "$schema": f"{SCHEMAS}MicrosoftTeams.schema.json",
        "manifestVersion": MANIFEST_VERSION,
        "version": values.version,
        "id": values.app_id,
        "localizationInfo": {
            "defaultLanguageTag": DEFAULT,
            "additionalLanguages": [{"languageTag": tag, "file": f"{tag}.json"} for tag in _others()],
        },
        "developer": {
            "name": values.developer_name,
            "websiteUrl": values.developer_url,
            "privacyUrl": values.privacy_url,
            "termsOfUseUrl": values.terms_url,
        },
        "name": {"short": values.name},
        "description": {key: say(DEFAULT, f"app.{key}") for key in ("short", "full")},
        "icons": {"color": COLOR, "outline": OUTLINE},
        "accentColor": icons.ACCENT,
        "bots": [_bot(values)],
        "defaultInstallScope": "team",
        "defaultGroupCapability": {"team": "bot"},
        "supportsChannelFeatures": "tier1",
        "permissions": list(manifest_rules.ASKS),
        "validDomains": [],  # for pages that are shown inside Teams, and we have none
        "webApplicationInfo": {"id": values.app_id, "resource": values.public_url},
        "authorization": {"permissions": {"resourceSpecific": [HEARS_ALL]}},
    }


def files(values: PackageValues) -> dict[str, bytes]:
    """What the manifest names, by file name."""
    pictures = {COLOR: icons.color(), OUTLINE: icons.outline()}
    return pictures | {f"{tag}.json": _json(_translation(tag, values)) for tag in _others()}


def _bot(values: PackageValues) -> dict[str, Any]:
    commands = [{"title": f"!{name}", "description": said} for name, said in _commands(DEFAULT).items()]
    return {
        "botId": values.app_id,
        "scopes": ["team"],
        "isNotificationOnly": False,
        "supportsFiles": False,
        "commandLists": [{"scopes": ["team"], "commands": commands}],
    }


def _commands(language: str) -> dict[str, str]:
    """What each command does, as `!help` says it."""
    lines = filter(None, map(_COMMAND_LINE.fullmatch, say(language, "hint.help").splitlines()))
    said = {line[1]: line[2] for line in lines}
    return {name: said[name] for name in NAMES}


def _translation(language: str, values: PackageValues) -> dict[str, str]:
    said = _commands(language).values()
    return {
        "$schema": f"{SCHEMAS}MicrosoftTeams.Localization.schema.json",
        "name.short": values.name,
        "description.short": say(language, "app.short"),
        "description.full": say(language, "app.full"),
        **{f"bots[0].commandLists[0].commands[{n}].description": words for n, words in enumerate(said)},
    }


def _others() -> list[str]:
    return [language for language in LANGUAGES if language != DEFAULT]


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
