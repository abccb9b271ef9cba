"""Each broken file is refused with every fault, where it is, and what to write instead."""

import pytest

from adapters.configuration import ConfigurationError, load
from tests.configuration.frames import blocks, framed

EVERY = [block for name in ("channels", "hours", "people", "sites", "whole") for block in blocks(f"{name}.txt")]


@pytest.mark.parametrize("broken", EVERY, ids=lambda broken: broken.title)
def test_the_faults_are_told(broken):
    with pytest.raises(ConfigurationError) as caught:
        load(broken.text)
    assert [str(fault) for fault in caught.value.faults] == broken.faults
    assert str(caught.value) == "\n".join(broken.faults)


def test_there_are_many_and_each_has_a_fault_and_a_name_of_its_own():
    assert len(EVERY) > 150
    assert [broken.title for broken in EVERY if not broken.faults] == []
    assert len({broken.title for broken in EVERY}) == len(EVERY)


@pytest.mark.parametrize("frame", ["channel", "site"])
def test_the_frames_themselves_lack_nothing(frame):
    assert load(framed(frame, [])).sites[0].site.name == "shop.example"


@pytest.mark.parametrize(
    "deep",
    [
        "a = " + "[" * 5000,
        "a = " + "9" * 5000,
        "sites.main.channel." + "a." * 2_000 + "a = 1",
        "channels." + "a." * 2_000 + "a = 1",
        "channels.support.digest_above = 0x" + "f" * 5000,
        f'"{"k" * 5000}" = 1',
    ],
)
def test_what_is_built_to_hurt_is_told_briefly(deep):
    with pytest.raises(ConfigurationError) as caught:
        load(deep)
    assert len(str(caught.value)) < 1000
