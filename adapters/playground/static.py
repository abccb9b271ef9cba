"""Serves the playground's own pages: the demo frame, the two chats, the mailbox and the little shop."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FOLDER = Path(__file__).parent / "pages"
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
FILLED = ("shop.html", "demo.html")


@dataclass(frozen=True, slots=True)
class Pages:
    """Files are read at each request, so that editing one shows at once."""

    silta_origin: str
    site_key: str
    teams_site_key: str = ""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._page("demo.html")),
            web.get("/chat", self._page("chat.html")),
            web.get("/teams", self._page("teams.html")),
            web.get("/mail", self._page("mail.html")),
            web.get("/shop", self.shop),
            web.get("/static/{file}", self.static),
        ]

    def _page(self, name: str) -> Handler:
        async def serve(_request: web.Request) -> web.Response:
            return self._file(name)

        return serve

    async def static(self, request: web.Request) -> web.Response:
        return self._file(request.match_info["file"])

    async def shop(self, request: web.Request) -> web.Response:
        """`?site=` the second key is the shop that is answered in Teams."""
        is_second = self.teams_site_key and request.query.get("site") == self.teams_site_key
        return self._file("shop.html", self.teams_site_key if is_second else self.site_key)

    def _file(self, name: str, key: str = "") -> web.Response:
        path = FOLDER / name
        kind = TYPES.get(path.suffix)
        if kind is None or Path(name).name != name or not path.is_file():
            raise web.HTTPNotFound
        text = path.read_text(encoding="utf-8")
        filled = self._filled(text, key) if name in FILLED else text
        return web.Response(text=filled, content_type=kind, headers={"Cache-Control": "no-store"})

    def _filled(self, text: str, key: str) -> str:
        for mark, value in (
            ("{{SILTA_ORIGIN}}", self.silta_origin),
            ("{{SITE_KEY}}", key or self.site_key),
            ("{{TEAMS_SITE_KEY}}", self.teams_site_key),
        ):
            text = text.replace(mark, html.escape(value, quote=True))
        return text
