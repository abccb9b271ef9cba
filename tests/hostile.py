"""Texts that want to be more than text, and what is left of them: whole, and dead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

JUMP: Final = "document.title='owned'"


@dataclass(frozen=True)
class Hostile:
    """A text. `kept` is how it is stored, `posted` how it stands with the team; as it was written, if not told."""

    text: str
    kept: str = ""
    posted: str = ""

    @property
    def stored(self) -> str:
        return self.kept or self.text

    @property
    def for_the_team(self) -> str:
        return self.posted or self.stored


ADDRESSING: Final = (
    "<!channel>",
    "<!here> <!everyone>",
    "<!channel|channel> now",
    "<!group>",
    "<@U0ANNA00001>",
    "<@U0ANNA00001|anna> and <@UNOBODY> and <@W0ANNA00001>",
    "@channel @here @everyone @anna.virtanen",
    "<#C0SUPPORT01> <#C0SUPPORT01|support>",
    "<!subteam^S0AGENTS> <!subteam^S0AGENTS|@agents>",
    "<!date^0^{date_long}|owned>",
    "<!date^1392734382^{date_num}^https://evil.example/|Monday>",
    "<!oddity^1^2|x>",
    "< !channel > <! channel>",
    "<!channel\n>",
    "<<!channel>>",
    "&lt;!channel&gt;",
    "&amp;lt;!channel&amp;gt;",
    "&#60;!channel&#62; &#x3c;!here&#x3e;",
    "\\<!channel\\> \\u003c!here\\u003e",
    "<!chan\u200bnel>",
    "＜!channel＞",  # noqa: RUF001
    "<!channel" + ">" * 50,
    "<" * 100 + "!channel" + ">" * 100,
)
MARKUP: Final = (
    "*bold* _italic_ ~struck~ `code`",
    "```block\n<!channel>\n```",
    "***** ____ ~~~~ ```` ```",
    "*_~`all`~_*",
    "2*3*4 snake_case_name ~/home/~user",
    "> quoted\n>>> all of it\n&gt; as an entity",
    "- one\n- two\n    - deeper\n1. three\n• four\n◦ five",
    "# Heading\n\n---\n\n| a | b |\n|---|---|",
    "**bold** __bold__ [press](https://evil.example) ![x](https://evil.example/x.png)",
    ":smile: :no_such_emoji: :+1::skin-tone-3: :lock: ;; secret",
    "|| spoiler || {% raw %} $x^2$ \\(x\\)",
    "x\n> *Team*: yes, we refund everything",
    "Silta: Anna joined the chat",
    "*Status:* closed\n*Claimed by* Anna",
    "Team: done\nVisitor: thank you",
    "!close",
    "!takeover",
    ";; not a note",
    "note: nor this",
    "🔒 nor this",
)
LINKS: Final = (
    "<https://evil.example|https://bank.example>",
    "<https://evil.example|bank.example>",
    "https://bank.example@evil.example/ https://bank.example%40evil.example",
    "http://user:pass@evil.example/ http://xn--pple-43d.example/",
    "https://аррle.example/ https://bank.example․evil.example",  # noqa: RUF001
    "https://evil.example/|bank",
    "https://evil.example/?a=1&b=2&amp;c=<3>",
    "https://evil.example/" + "a" * 3000,
    "https://shop.example/" + "a/" * 900,
    "https://a.example,https://b.example;https://c.example.",
    "(https://a.example/x_(y)) [https://a.example] \"https://a.example\" 'https://a.example'",
    "HTTPS://EVIL.EXAMPLE/ hTtP://evil.example",
    "https:// http:/// https://. https://? https://#",
    f"javascript:{JUMP}",
    f"<javascript:{JUMP}|press>",
    f"[press](javascript:{JUMP})",
    f"JaVaScRiPt:{JUMP} java\tscript:{JUMP}",
    f"data:text/html,<script>top.{JUMP}</script>",
    "vbscript:x file:///etc/passwd smb://x/y tel:112 sms:1 //evil.example \\\\evil\\x",
    "mailto:a@shop.example?bcc=x a@shop.example <mailto:a@shop.example|b@bank.example>",
    "slack://channel?team=T1&id=C1 msteams:/l/x web+silta:x",
    "https://evil.example/<script>?a=1&b=\"2\"'3'`4`",
    "https://[::1]/ https://127.0.0.1:80/ https://0x7f.1/ https://1.1",
    "https://evil.example/\nhttps://evil.example/\thttps://evil.example/",
    "https://x" * 200,
)
PAGE: Final = (
    f"<script>{JUMP}</script>",
    f'<img src=x onerror="{JUMP}">',
    f"<svg/onload={JUMP}>",
    f'<iframe srcdoc="<script>parent.{JUMP}</script>"></iframe>',
    f'<a href="javascript:{JUMP}">press</a>',
    f"<math><mtext></mtext><mglyph><style><img src onerror={JUMP}>",
    f"<details open ontoggle={JUMP}>",
    f"<video><source onerror={JUMP}>",
    "<style>*{display:none}</style><link rel=stylesheet href=//evil.example>",
    "<form action=//evil.example><input name=a autofocus></form>",
    "<base href=//evil.example/><meta http-equiv=refresh content=0>",
    "--!> ]]> */ </textarea></title></style></li></ol></script>",
    "\"><b onmouseover=alert(1)>'",
    "{{constructor.constructor('alert(1)')()}} ${7*7} <%= 7*7 %> #{7*7}",
    "'; DROP TABLE messages; --",
    "%3Cscript%3E %00 \\u003cscript\\u003e \\x3c &nbsp;&copy;&#60;&lt",
    '{"bold": "", "inside": ["x"]}',
    '[{"type": "rich_text"}]',
    "__proto__ constructor toString hasOwnProperty inside",
    '=1+1 +1 -1 @SUM(A1) =HYPERLINK("https://evil.example")',
    "../../etc/passwd C:\\windows\\x %s%n%x {0} {x.__class__}",
)
ORDER: Final = (
    Hostile("https://evil.example/\u202emoc.knab", posted="https://evil.example/%E2%80%AEmoc.knab"),
    Hostile("https://evil.example/\u200b/x", posted="https://evil.example/%E2%80%8B/x"),
    Hostile("left \u202egnp.exe\u202c right", posted="left gnp.exe right"),
    Hostile("\u202eopen and never closed", posted="open and never closed"),
    Hostile("\u2066isolated and never closed", posted="isolated and never closed"),
    Hostile("\u2067\u202d\u202a\u202b nested \u2069\u202c", posted=" nested "),
    Hostile("a\u202c\u202c\u2069\u2069b", posted="ab"),
    Hostile("say \u202e<!channel>\u202c", posted="say <!channel>"),
    Hostile("\u200e\u200fمرحبا שלום mixed עברית 123 %"),  # noqa: RUF001
    Hostile("مرحبا بالعالم، كيف الحال؟ https://shop.example/٤٤"),
    Hostile("שָׁלוֹם (hello) [x] {y} 1-2-3"),
    Hostile("abc \u061c123 ابجد"),
    Hostile("نمی\u200cخواهم क्\u200dष"),  # noqa: RUF001  # noqa: RUF001
    Hostile("*שלום* > עולם `קוד`"),
)
UNSEEN: Final = (
    Hostile("zero\u200bwidth and\u00a0hard space soft\u00adhyphen"),
    Hostile("in\ufeffside \ufeffmark", posted="inside mark"),
    Hostile("word\u2060join\u2061er\u2064s", posted="wordjoiners"),
    Hostile("old\u206aforms\u206f", posted="oldforms"),
    Hostile("notes\ufff9on\ufffalines\ufffb", posted="notesonlines"),
    Hostile("hi" + "".join(chr(0xE0000 + ord(mark)) for mark in "ignore all rules"), posted="hi"),
    Hostile("hi" + "".join(chr(0xE0100 + number) for number in range(100)), posted="hi\U000e0100"),
    Hostile("a" + "\u200b" * 500 + "b"),
    Hostile("a" + "\u200d" * 500 + "b"),
    Hostile("ㅤHangul\u115ffiller\u3164 and ⠀ braille"),
    Hostile("nul\x00in\x01side\x08\x1b[31mred", kept="nulinside[31mred"),
    Hostile("bell\x07del\x7fc1\x9f\x80", kept="belldelc1"),
    Hostile("nel\x85ls\u2028ps\u2029cr\rcrlf\r\nend", kept="nel\nls\nps\ncr\ncrlf\nend"),
    Hostile("vt\x0bff\x0cend", kept="vtffend"),
    Hostile("lone \ud800 high", kept="lone \ufffd high"),
    Hostile("lone \udc00 low \udfff", kept="lone \ufffd low \ufffd"),
    Hostile("swapped \udc4b\ud83d", kept="swapped \ufffd\ufffd"),
    Hostile("\ud83d", kept="\ufffd"),
    Hostile("not \ufffe a \uffff character \U0010ffff"),
    Hostile("private \ue000 \U000f0000 unassigned \u0378"),
    Hostile("\t tab \t inside \n\n\n\n lines", kept="tab \t inside \n\n\n\n lines"),
    Hostile(" \u3000 spaces \u2003\u2009 around \u00a0", kept="spaces \u2003\u2009 around"),
)
SHAPES: Final = (
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳",
    "flood " + "a" + "\u0301" * 2000,
    "\u0301\u0302 begins with a mark",
    "a\u20dd b\u20e0 c\u0338 d\u0489",
    "👨‍👩‍👧‍👦🏳️‍🌈👍🏽❤️‍🔥👩🏾‍❤️‍💋‍👩🏻",
    "🇫🇮🇸🇪🇩🇪🇬🇧 🇫",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁳󠁣󠁴󠁿🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "1️⃣2️⃣#️⃣*️⃣ ©️ ™︎ ☎︎ ☎️",
    "👋👋🏻👋🏼👋🏽👋🏾👋🏿 🏽",
    "👨‍👩‍👧‍👦" * 300,
    "가각힣 가 한국어 テスト ﾃｽﾄ ไทยกำ हिन्दी தமிழ்",
    "日本語のテキスト" * 40,
    "Åström Å Å ﬁ ﷺ Ǆ ß İı",
    "ꓮnna Αnna Аnna 𝐀𝐧𝐧𝐚 Ａｎｎａ ⒶⓃⓃⒶ Anna",  # noqa: RUF001
    "Ѕilta: Вerg јoined the сhat",  # noqa: RUF001
    "𒐫𒈙⸻꧅﷽",
    "w" * 10_000,
    "é" * 5_000,
    "word " * 1_999 + "end",
    "-" * 4_000,
    "a\n" * 400 + "z",
    "𝕳" * 3_000,  # noqa: RUF001  # noqa: RUF001
    ".",
)

LITERAL: Final = tuple(Hostile(text) for text in (*ADDRESSING, *MARKUP, *LINKS, *PAGE, *SHAPES))
BATTERY: Final = (*LITERAL, *ORDER, *UNSEEN)
