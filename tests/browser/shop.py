"""A page of the site with the widget on it, served from an origin of its own, as in life."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from aiohttp import web

from tests.browser.stub import KEY, Stub

PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Kauppa</title>
<link rel="icon" href="data:,">
{style}
<script nonce="n">window.broken = []; addEventListener('securitypolicyviolation',
  (event) => window.broken.push(event.effectiveDirective + ' ' + event.blockedURI));</script>
<script nonce="n">window.Silta = window.Silta || function () {{
  (Silta.q = Silta.q || []).push(arguments) }};{early}</script>
<script async nonce="n" data-silta="{key}" {data} src="{origin}/widget.js"></script>
</head><body><main><h1>Kauppa</h1><p>Boots for every weather.</p>
<p><a href="#size">Sizes</a> <button type="button">Buy</button></p>
<p><a href="/contact" data-silta-open>Ask us</a></p></main></body></html>"""

DRESS = '<link rel="stylesheet" href="/page.css?css={}">'
STRICT = (
    "default-src 'none'; script-src 'nonce-n' 'strict-dynamic'; style-src 'none'; "
    "connect-src {origin} {socket}; img-src data: {origin}; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


def shop(stub: Stub) -> web.Application:
    """A page of the site: `?csp=none` leaves the policy out, `?css=…` dresses it, `?data=…` sets attributes."""

    async def page(request: web.Request) -> web.Response:
        asked = request.query
        body = PAGE.format(
            language=asked.get("lang", "en"),
            direction=asked.get("dir", "ltr"),
            early=asked.get("early", ""),
            style=DRESS.format(quote(asked["css"])) if "css" in asked else "",
            data=asked.get("data", ""),
            key=asked.get("key", KEY),
            origin=stub.origin,
        )
        policy = asked.get("policy", STRICT if asked.get("csp") != "none" else "")
        policy = policy.format(origin=stub.origin, socket=stub.origin.replace("http", "ws"))
        headers = {"Content-Security-Policy": policy} if policy else {}
        return web.Response(text=body, content_type="text/html", headers=headers)

    async def css(request: web.Request) -> web.Response:
        return web.Response(text=request.query.get("css", ""), content_type="text/css")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/page.css", css)
    return app


@asynccontextmanager
async def serve(app: web.Application) -> AsyncIterator[str]:
    """The app on a free port of this machine; yields its origin."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def bridge() -> AsyncIterator[Stub]:
    """A stub with its two origins up."""
    stub = Stub()
    async with serve(stub.app()) as stub.origin, serve(shop(stub)) as stub.shop:
        try:
            yield stub
        finally:
            stub.bell.set()
            await stub.cut(1001)
