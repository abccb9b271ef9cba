"""The widget's files: read once, compressed once, public."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

WIDGET: Final = Path(__file__).parent / "widget"
PUBLIC: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is served."""

    plain: bytes
    packed: bytes
    tag: str


def script(source: str) -> Script:
    """A script, packed."""
    plain = source.encode()
    return Script(plain, gzip.compress(plain, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:20]}"')


def loader(origin: str) -> Script:
    """The loader, which knows where it came from even when the page does not tell it."""
    return script((WIDGET / "loader.js").read_text(encoding="utf-8").replace("__SILTA_ORIGIN__", origin))


def panel() -> Script:
    """The panel: its parts in the order of their names, one module."""
    parts = sorted((WIDGET / "panel").glob("*.js"))
    return script("\n".join(part.read_text(encoding="utf-8") for part in parts))


def add_routes(app: web.Application, origin: str) -> None:
    """Serve the widget."""
    app.router.add_get("/widget.js", _serving(loader(origin)))
    app.router.add_get("/widget/panel.js", _serving(panel()))


def _serving(file: Script) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        headers = {
            **PUBLIC,
            "ETag": file.tag,
            "Cache-Control": "public, max-age=300",
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("If-None-Match") == file.tag:
            return web.Response(status=304, headers=headers)
        is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
        if is_packed:
            headers["Content-Encoding"] = "gzip"
        body = file.packed if is_packed else file.plain
        return web.Response(body=body, content_type="text/javascript", charset="utf-8", headers=headers)

    return serve
