"""What a person types becomes the rich text and the escaped text that Slack stores."""

import pytest

from adapters.playground import Workspace
from adapters.playground.markup import typed

PEOPLE = tuple(Workspace.pretend().people.values())


def elements(text):
    blocks, mrkdwn = typed(text, PEOPLE, "b")
    return blocks[0]["elements"][0]["elements"], mrkdwn


def plain(text):
    return {"type": "text", "text": text}


@pytest.mark.parametrize(
    ("text", "rich", "mrkdwn"),
    [
        ("hello", [plain("hello")], "hello"),
        ("a < b & c > d", [plain("a < b & c > d")], "a &lt; b &amp; c &gt; d"),
        ("<!channel>", [plain("<!channel>")], "&lt;!channel&gt;"),
        ("@here", [{"type": "broadcast", "range": "here"}], "<!here>"),
        ("@Anna", [{"type": "user", "user_id": "U0ANNA00001"}], "<@U0ANNA00001>"),
        ("@anna.virtanen", [{"type": "user", "user_id": "U0ANNA00001"}], "<@U0ANNA00001>"),
        ("<@U0SARA00001>", [{"type": "user", "user_id": "U0SARA00001"}], "<@U0SARA00001>"),
        ("@agents", [{"type": "usergroup", "usergroup_id": "S0AGENTS001"}], "<!subteam^S0AGENTS001>"),
        ("@nobody", [plain("@nobody")], "@nobody"),
        ("me@here.fi", [plain("me@here.fi")], "me@here.fi"),
        (
            "http://x.fi/?a=1&b=2",
            [{"type": "link", "url": "http://x.fi/?a=1&b=2"}],
            "<http://x.fi/?a=1&amp;b=2>",
        ),
        ("*b*", [plain("b") | {"style": {"bold": True}}], "*b*"),
        ("2*3*4", [plain("2*3*4")], "2*3*4"),
        (":wave:", [{"type": "emoji", "name": "wave", "unicode": "1f44b"}], ":wave:"),
        (":heart:", [{"type": "emoji", "name": "heart", "unicode": "2764-fe0f"}], ":heart:"),
        (
            ":point_up::skin-tone-6:",
            [{"type": "emoji", "name": "point_up::skin-tone-6", "unicode": "261d-1f3ff"}],
            ":point_up::skin-tone-6:",
        ),
        (":partyparrot:", [{"type": "emoji", "name": "partyparrot"}], ":partyparrot:"),
        ("at 10:30:00", [plain("at 10:30:00")], "at 10:30:00"),
    ],
)
def test_typed_words(text, rich, mrkdwn):
    assert elements(text) == (rich, mrkdwn)


def test_nothing_is_lost_between_the_pieces():
    rich, mrkdwn = elements("Hi @Anna, see http://x.fi now\nand *so* on")
    assert "".join(one.get("text", "") for one in rich) == "Hi , see  now\nand so on"
    assert mrkdwn == "Hi <@U0ANNA00001>, see <http://x.fi> now\nand *so* on"
