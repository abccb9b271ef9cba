"""The workspace's files: what is known of each, and its bytes once they were uploaded."""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import dataclass, field

from adapters.playground.values import JSON, trim

KEPT = 500


@dataclass(slots=True)
class File:
    """`content` is None until the bytes came; `is_stub` files of another organisation say nothing."""

    id: str
    name: str
    user: str
    size: int
    created: int
    title: str = ""
    content: bytes | None = None
    is_stub: bool = False
    shared_in: list[tuple[str, str]] = field(default_factory=list)

    def shape(self, url: str) -> JSON:
        kind = mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        suffix = self.name.rpartition(".")[2]
        place = f"{url}/files/{self.id}/{self.name}"
        return self._plain() | {
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": kind,
            "filetype": suffix,
            "pretty_type": suffix.upper(),
            "editable": False,
            "size": self.size,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": place,
            "url_private_download": place,
            "permalink": place,
            "has_rich_preview": False,
        }

    def fresh(self, url: str) -> JSON:
        """Right after completion: nothing is known of its type yet."""
        unknown = {"mimetype": "", "filetype": "", "pretty_type": "", "shares": {}, "channels": []}
        return self.shape(url) | unknown

    def in_message(self, url: str) -> JSON:
        if not self.is_stub:
            return self.shape(url)
        stub = {"mode": "file_access", "file_access": "check_file_info"}
        return {"id": self.id, "created": 0, "timestamp": 0, "user": ""} | stub

    def _plain(self) -> JSON:
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "user": self.user,
        }


@dataclass(slots=True)
class Shelf:
    files: dict[str, File] = field(default_factory=dict)

    def add(self, name: str, user: str, size: int, created: int) -> File:
        made = File(f"F{secrets.token_hex(5).upper()}", name, user, size, created)
        self.files[made.id] = made
        trim(self.files, KEPT)
        return made
