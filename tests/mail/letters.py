"""Letters as the bridge writes them: copies of conversations in four languages, an alert, an escalation."""

from typing import Final

from bridge.letters import Letter, Line, Side
from bridge.markup import (
    BOLD,
    CODE,
    EMOJI,
    ITALIC,
    ITEM,
    LIST,
    MENTION,
    PRE,
    QUOTE,
    STRIKE,
    Markup,
    Span,
    link,
    literal,
)


def visitor(at: str, *body: str | Span, who: str = "Matti", **more: str) -> Line:
    return Line(Side.VISITOR, who, at, body, **more)


def team(at: str, *body: str | Span, who: str = "Anna", **more: str) -> Line:
    return Line(Side.TEAM, who, at, body, **more)


def notice(at: str, words: str, **more: str) -> Line:
    return Line(Side.NOTICE, "", at, (words,), **more)


def bullets(*items: str | Markup, first: str = "") -> Span:
    insides = ((item,) if isinstance(item, str) else item for item in items)
    return Span(LIST, tuple(Span(ITEM, inside) for inside in insides), first)


FINNISH: Final = Letter(
    to="matti.meikalainen@shop.example",
    subject="Keskustelusi Kenkäkauppa Askeleen kanssa 20.10.2026",
    language="fi",
    sender="Kenkäkauppa Askel",
    heading="Kopia keskustelustasi",
    intro=(
        "Hei Matti! Tässä on kopia keskustelusta, jonka kävit asiakaspalvelumme kanssa. Kiitos, että otit yhteyttä.",
    ),
    lines=(
        visitor("14.02", "Hei! Onko maastojuoksukenkää Kaira vielä koossa 44?", day="tiistai 20. lokakuuta 2026"),
        visitor("14.02", "Etsin nimenomaan vihreää väriä."),
        notice("14.04", "Anna liittyi keskusteluun"),
        team("14.05", "Hei Matti! Katsotaan – hetki vain."),
        team(
            "14.06",
            "Kokoa 44 on kaksi paria, vihreänä ja mustana. Kengän sivulla näet molemmat värit: ",
            *literal("https://kaupat.shop.example/kengat/kaira-44?vari=vihrea"),
            remark="muokattu",
        ),
        visitor("14.09", "Mahtavaa! Voinko noutaa ne huomenna Tampereen myymälästä? 😊"),
        team(
            "14.11",
            "Voit hyvin. Näin se käy:",
            bullets("Valitse kassalla ", "Nouto: Tampere, Hämeenkatu 11", "Tuo mukanasi tilausnumero"),
            "Kengät odottavat sinua kolme päivää.",
        ),
        visitor("14.12", "Kiitos avusta, hienoa palvelua!"),
        notice("14.15", "Anna päätti keskustelun"),
    ),
    outro=(
        "Jäikö jokin askarruttamaan? Vastaa tähän viestiin tai avaa keskustelu uudelleen: https://shop.example/chat",
        "Sait tämän viestin, koska jätit sähköpostiosoitteesi keskustelussa. Tietosuoja: https://shop.example/tietosuoja",
    ),
    accent="#1F4E8C",
)

SWEDISH: Final = Letter(
    to="astrid@shop.example",
    subject="Din chatt med Fjällbutiken den 20 oktober 2026",
    language="sv",
    sender="Fjällbutiken",
    heading="En kopia av din chatt",
    intro=("Hej Astrid! Här är det vi skrev till varandra. Spara gärna mejlet så har du allt på ett ställe.",),
    lines=(
        visitor("09:58", "Hej! Jag får ett fel när jag betalar med kort.", who="Astrid", day="måndag 19 oktober 2026"),
        notice("10:01", "Sara anslöt till chatten"),
        team("10:02", "God morgon, Astrid! Vad står det i rutan?", who="Sara"),
        visitor(
            "10:03", "Det står så här:", Span(PRE, ("Error 402: card_declined\n  at checkout.pay()",)), who="Astrid"
        ),
        team(
            "10:06",
            Span(QUOTE, ("card_declined",)),
            "Det betyder att banken sa nej. Prova gärna så här:",
            bullets(
                "Öppna bankens app",
                ("Slå på ", Span(BOLD, ("internetköp",))),
                ("Välj ", Span(CODE, ("Betala igen",)), " i kassan"),
                first="1",
            ),
            who="Sara",
        ),
        visitor("08:14", "Nu gick det igenom. Tack!", who="Astrid", day="tisdag 20 oktober 2026"),
        team("08:15", who="Sara", remark="Meddelandet togs bort"),
        team("08:16", "Härligt! Ha en fin tur till fjälls. ", Span(EMOJI, ("⛰️",), "mountain"), who="Sara"),
        notice("08:20", "Chatten är avslutad"),
    ),
    outro=("Du får det här mejlet för att du lämnade din adress i chatten.",),
    accent="#0F766E",
)

ENGLISH: Final = Letter(
    to="kim@shop.example",
    subject="Your chat with Northwind Instruments",
    language="en",
    sender="Northwind Instruments",
    heading="A copy of your chat",
    intro=("Hello Kim, here is everything we wrote to each other, as you asked.",),
    lines=(
        visitor(
            "3:41 pm",
            "The export stops after 500 rows. What am I doing wrong?",
            who="Kim",
            day="Tuesday 20 October 2026",
        ),
        visitor("3:42 pm", "I call ", Span(CODE, ("GET /v2/readings?limit=2000",)), " once an hour.", who="Kim"),
        notice("3:44 pm", "Mikael joined the chat"),
        team(
            "3:47 pm",
            Span(QUOTE, ("The export stops after 500 rows.",)),
            "That is the page size: the answer carries a cursor for the next page. In Python:",
            Span(
                PRE,
                (
                    'cursor = ""\nwhile True:\n    page = client.readings(limit=500, cursor=cursor)\n'
                    "    store(page.rows)\n    if not (cursor := page.next):\n        break",
                ),
            ),
            "It is described under ",
            link("https://docs.northwind.example/api/paging", "Paging"),
            ".",
            who="Mikael",
        ),
        visitor("3:55 pm", "Works. Is there a limit to how often I may ask?", who="Kim"),
        team(
            "3:58 pm",
            "Yes, but a wide one:",
            bullets(
                ("Free plan: ", Span(BOLD, ("60 calls",)), " a minute"),
                ("Team plan: ", Span(STRIKE, ("300",)), " ", Span(BOLD, ("600 calls",)), " a minute"),
                ("More: ask ", Span(MENTION, ("@Lina",)), " at ", link("mailto:sales@northwind.example")),
            ),
            who="Mikael",
        ),
        visitor("4:01 pm", Span(ITALIC, ("Exactly",)), " what I needed, thank you.", who="Kim"),
        notice("4:05 pm", "Kim ended the chat"),
    ),
    outro=("You get this mail because you left your address in the chat.",),
    accent="#F2B705",
)

GERMAN_ALERT: Final = Letter(
    to="leitung@shop.example",
    subject="Silta: Nachrichten kommen nicht an",
    language="de",
    sender="Silta · Gartenhaus Grün",
    heading="Seit 10:42 Uhr kommen keine Nachrichten beim Team an",
    intro=(
        "Drei Nachrichten von Besucherinnen und Besuchern warten. Sie sind gespeichert und werden zugestellt, sobald"
        " der Kanal wieder erreichbar ist.",
        "Grund: Der Kanal wurde archiviert. Heben Sie die Archivierung auf, oder wählen Sie einen anderen Kanal.",
    ),
    outro=("Diese Nachricht kommt höchstens einmal je Ursache.",),
    accent="#2F6B2F",
)

ESCALATION: Final = Letter(
    to="oncall@shop.example",
    subject="Nobody has answered Kim for 15 minutes",
    language="en",
    sender="Silta · Northwind Instruments",
    heading="Kim has been waiting for 15 minutes",
    intro=(
        "Nobody has taken this chat yet. Whoever answers in its thread first has it:",
        "https://northwind.slack.example/archives/C0SUPPORT01/p1760968860000100",
    ),
    lines=(
        visitor(
            "3:41 pm", "Our gateway is offline since noon, and the cold store is warming up!", who="Kim", day="Today"
        ),
        visitor("3:49 pm", "Hello? Is anybody there?", who="Kim"),
        notice("3:50 pm", "The team was reminded"),
    ),
    outro=("Level 2 of the plan “Support”. It is silent as soon as somebody claims the chat.",),
    accent="#B3261E",
)

SAMPLES: Final = {
    "finnish": FINNISH,
    "swedish": SWEDISH,
    "english": ENGLISH,
    "alert": GERMAN_ALERT,
    "escalation": ESCALATION,
}
SENDER: Final = "chat@bridge.example"
TO: Final = "kim@shop.example"
BLANK: Final = Letter(TO, "Subject", "en", "Name", "Heading")
