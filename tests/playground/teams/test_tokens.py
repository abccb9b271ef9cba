"""How the bot can know that an activity is true, and every way in which it may not be."""

import jwt
import pytest

from adapters.playground.teams.keys import ISSUER
from adapters.playground.teams.workspace import ANNA, APP_ID, SUPPORT


async def published(teams, http):
    """The keys as a bot finds them: from the metadata to the key set."""
    async with http.get(teams.openid_url) as got:
        metadata = await got.json()
    async with http.get(metadata["jwks_uri"]) as got:
        return metadata, (await got.json())["keys"]


def verified(token, found):
    kid = jwt.get_unverified_header(token)["kid"]
    key = next((one for one in found if one["kid"] == kid), None)
    if key is None:
        raise LookupError(kid)
    public = jwt.PyJWK({name: key[name] for name in ("kty", "n", "e", "kid")}, algorithm="RS256").key
    return jwt.decode(token, public, algorithms=["RS256"], audience=APP_ID, issuer=ISSUER)


async def test_an_activity_is_signed_with_a_published_key(teams, bot, http):
    await teams.say(ANNA, SUPPORT, "hello")
    await teams.settled()
    metadata, found = await published(teams, http)
    assert (metadata["issuer"], metadata["id_token_signing_alg_values_supported"]) == (ISSUER, ["RS256"])
    assert [one["endorsements"] for one in found] == [["msteams"]]
    claims = verified(bot.tokens[0], found)
    assert claims["serviceurl"] == bot.activities[0]["serviceUrl"] == teams.service_url
    assert claims["exp"] - claims["iat"] == 3600


async def test_after_a_rotation_only_the_new_key_is_published(teams, bot, http):
    _, before = await published(teams, http)
    teams.rotate_keys()
    await teams.say(ANNA, SUPPORT, "hello")
    await teams.settled()
    _, after = await published(teams, http)
    with pytest.raises(LookupError):
        verified(bot.tokens[0], before)
    assert verified(bot.tokens[0], after)
    with pytest.raises(LookupError):
        verified(teams.token_for(signer="retired"), after)


async def test_every_kind_of_false_token_can_be_made(teams, bot, http):
    _, found = await published(teams, http)
    assert verified(teams.token_for(), found)
    assert "exp" not in verified(teams.token_for(exp=None), found)
    for error, changes in (
        (jwt.ExpiredSignatureError, {"exp": 1}),
        (jwt.InvalidAudienceError, {"aud": "x"}),
        (jwt.InvalidIssuerError, {"iss": "x"}),
    ):
        with pytest.raises(error):
            verified(teams.token_for(**changes), found)
    with pytest.raises(LookupError):
        verified(teams.token_for(signer="foreign"), found)
    with pytest.raises(LookupError, match="retired"):
        teams.token_for(signer="retired")
    got = await teams.send_raw({"type": "message", "odd": 1}, "")
    assert (got.status, bot.tokens, bot.activities) == (200, [""], [{"type": "message", "odd": 1}])
    await teams.send_raw(b'{"type": 1}')
    assert verified(bot.tokens[1], found)


async def test_other_algorithms_and_names_of_keys_can_be_forged(teams, http):
    _, found = await published(teams, http)
    for algorithm in ("none", "HS256", "RS512"):
        with pytest.raises(jwt.InvalidAlgorithmError):
            verified(teams.token_for(algorithm=algorithm), found)
    with pytest.raises(jwt.InvalidSignatureError):
        verified(teams.token_for(signer="foreign", kid=found[0]["kid"]), found)
    with pytest.raises(KeyError):
        verified(teams.token_for(kid=""), found)
    teams.endorse("webchat")
    _, found = await published(teams, http)
    assert found[0]["endorsements"] == ["webchat"]


async def test_an_honest_activity_can_be_had_without_a_post(teams, bot):
    made = teams.activity_for(ANNA, SUPPORT, "@Silta hello")
    assert await teams.send_raw(made | {"serviceUrl": "https://evil.test/"}) == (200, {})
    assert bot.activities[0]["text"] == "<at>Silta</at> hello"
    assert teams.messages(SUPPORT) == []
