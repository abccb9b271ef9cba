"""Who somebody is to us, by the roster."""

from __future__ import annotations

import pytest

from adapters.playground.teams.workspace import ANNA, BILLING, GUEST, OUTSIDER, SUPPORT, TENANT
from adapters.teams import people
from bridge.errors import WorkplaceError
from bridge.model import Standing


@pytest.mark.parametrize(
    ("member", "standing"),
    [
        ({"id": "29:a", "tenantId": TENANT, "userRole": "user"}, Standing.MEMBER),
        ({"id": "29:a", "tenantId": TENANT.upper(), "userRole": "user"}, Standing.MEMBER),
        ({"id": "29:a"}, Standing.MEMBER),
        ({"id": "29:a", "tenantId": TENANT, "userRole": "guest"}, Standing.GUEST),
        ({"id": "29:a", "tenantId": "other", "userRole": "guest"}, Standing.GUEST),
        ({"id": "29:a", "tenantId": "other", "userRole": "user"}, Standing.OUTSIDER),
        ({"id": "29:a", "tenantId": "other"}, Standing.OUTSIDER),
        ({"id": "29:a", "userRole": "anonymous"}, Standing.OUTSIDER),
        ({"id": "28:a", "tenantId": TENANT}, Standing.BOT),
        ({"id": "29:a", "tenantId": 5, "userRole": []}, Standing.MEMBER),
    ],
)
def test_a_member_is_one_of_our_organisation_and_no_guest(member, standing):
    assert people.standing(member, TENANT) is standing


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ({"name": "Anna Virtanen", "givenName": "A"}, "Anna Virtanen"),
        ({"givenName": "Anna", "surname": "Virtanen"}, "Anna Virtanen"),
        ({"name": "Anna\u202e\nVirtanen"}, "Anna Virtanen"),
        ({"name": "x" * 300}, "x" * 79 + "…"),
        ({"name": 5}, people.NAMELESS),
        ({}, people.NAMELESS),
        ({"name": "\u3164"}, people.NAMELESS),
    ],
)
def test_a_name_is_what_can_be_seen_of_it(member, name):
    assert people.name(member) == name


@pytest.mark.parametrize(
    ("person", "channel", "standing"),
    [(ANNA, SUPPORT, Standing.MEMBER), (GUEST, SUPPORT, Standing.GUEST), (OUTSIDER, BILLING, Standing.OUTSIDER)],
)
async def test_a_person_is_looked_up_where_they_were_met(workplace, person, channel, standing):
    workplace.met(person, channel)
    found = await workplace.person(person)
    assert (found.ref, found.standing) == (person, standing)


async def test_somebody_who_is_not_there_is_no_person(workplace):
    workplace.met(OUTSIDER, SUPPORT)
    with pytest.raises(WorkplaceError):
        await workplace.person(OUTSIDER)
