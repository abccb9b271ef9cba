"""A mail server that fails at every step, or wants encryption and a login."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

import aiosmtplib
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.playground import MailDoor, Refused, Rules
from adapters.playground.mail_faults import CODED_STEPS, MAIL_FAULTS
from tests.playground.letters import NOW, PERSON, letter, mailer, post

DOCUMENT = (Path(__file__).parents[2] / "docs" / "playground.md").read_text(encoding="utf-8")


@pytest.fixture
def door():
    """Overridden by tests of logins and encryption."""
    return MailDoor()


@pytest.fixture
def rules(door):
    return Rules(clock=lambda: NOW, limits=False, mail_door=door)


def outcomes(slack):
    return [one.outcome for one in slack.mail_attempts]


# faults


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("greeting:421", 421),
        ("greeting:554", 554),
        ("mail:451", 451),
        ("mail:553", 553),
        ("rcpt:450", 450),
        ("rcpt:550", 550),
        ("data:452", 452),
        ("data:554", 554),
        ("dot:451", 451),
        ("dot:554", 554),
    ],
)
async def test_a_step_refuses_with_its_code_and_nothing_is_kept(slack, kind, code):
    slack.fail_mail(kind)
    with pytest.raises(aiosmtplib.SMTPException) as caught:
        await post(slack)
    error = caught.value
    refusals = error.recipients if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else [error]
    assert [one.code for one in refusals if isinstance(one, aiosmtplib.SMTPResponseException)] == [code]
    assert (slack.mails, outcomes(slack)) == ([], [kind])
    await post(slack)
    assert outcomes(slack) == [kind, "kept"]


async def test_a_refused_recipient_does_not_keep_the_mail_from_the_others(slack):
    slack.fail_mail("rcpt:550")
    async with mailer(slack) as client:
        refused, _ = await client.sendmail("a@b.example", ["gone@b.example", PERSON], b"x")
    assert list(refused) == ["gone@b.example"]
    assert slack.mails[0].recipients == (PERSON,)
    assert [(one.outcome, one.recipients) for one in slack.mail_attempts] == [
        ("rcpt:550", ("gone@b.example",)),
        ("kept", (PERSON,)),
    ]


@pytest.mark.parametrize(
    ("kind", "is_kept"),
    [("refuse", False), ("cut_before_store", False), ("cut_after_store", True), ("garbage", True)],
)
async def test_a_lost_answer_hides_a_mail_that_was_kept_or_not(slack, kind, is_kept):
    slack.fail_mail(kind)
    with pytest.raises(aiosmtplib.SMTPException):
        await post(slack)
    assert len(slack.mails) == is_kept
    [attempt] = slack.mail_attempts
    assert (attempt.outcome, attempt.is_kept, attempt.at) == (kind, is_kept, NOW)
    assert attempt.message_id == ("" if kind == "refuse" else "<1@silta.example>")


async def test_a_slow_answer_comes_after_the_mail_was_kept(slack):
    slack.fail_mail("slow", seconds=30)
    with pytest.raises(aiosmtplib.SMTPTimeoutError):
        await post(slack, timeout=0.2)
    assert (len(slack.mails), outcomes(slack)) == (1, ["slow"])
    slack.fail_mail("slow", seconds=0.05)
    await post(slack)
    assert len(slack.mails) == 2


async def test_faults_come_as_often_as_asked_and_can_be_taken_back(slack):
    slack.fail_mail("dot:451", times=2)
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPDataError):
            await post(slack)
    slack.fail_mail("dot:451", times=2)
    slack.clear_faults()
    await post(slack)
    assert outcomes(slack) == ["dot:451", "dot:451", "kept"]


@pytest.mark.parametrize("kind", ["", "burn", "dot", "dot:", "dot:250", "dot:4519", "nowhere:451", "slow:451"])
async def test_an_unknown_fault_is_refused(slack, kind):
    with pytest.raises(Refused, match="unknown_fault"):
        slack.fail_mail(kind)


def test_the_page_lists_the_kinds_with_their_steps():
    section = DOCUMENT.partition("\n## Faults of the mail\n")[2].partition("\n## ")[0]
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in section.splitlines() if "| `" in line]
    coded = {f"{step}:<code>": step for step in CODED_STEPS}
    assert {kind: step for kind, step, _ in rows} == MAIL_FAULTS | coded


# encryption and login


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The paths of a certificate for loopback that signs itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    day = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(day - datetime.timedelta(days=1))
        .not_valid_after(day + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    encoding, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(made.public_bytes(encoding))
    (folder / "key.pem").write_bytes(key.private_bytes(encoding, private, serialization.NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def trust(certificate):
    """A client's context that trusts it."""
    return ssl.create_default_context(cafile=str(certificate[0]))


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


LOGIN = {"username": "silta", "password": "pässword"}


class TestEncrypted:
    @pytest.fixture
    def door(self, tls):
        return MailDoor(tls=tls, needs_tls=True)

    async def test_a_mail_comes_over_tls(self, slack, trust):
        await post(slack, start_tls=True, tls_context=trust)
        assert len(slack.mails) == 1

    async def test_without_tls_nothing_is_taken(self, slack):
        with pytest.raises(aiosmtplib.SMTPResponseException) as caught:
            await post(slack)
        assert (caught.value.code, slack.mails) == (530, [])

    async def test_a_client_that_does_not_trust_it_sends_nothing(self, slack, caplog):
        with pytest.raises(ssl.SSLCertVerificationError):
            await post(slack, start_tls=True)
        await slack.stop()
        assert (slack.mails, caplog.text) == ([], "")

    async def test_a_failed_handshake_keeps_nothing(self, slack, trust):
        slack.fail_mail("tls_failure")
        with pytest.raises((aiosmtplib.SMTPException, ssl.SSLError)):
            await post(slack, start_tls=True, tls_context=trust)
        assert (slack.mails, outcomes(slack)) == ([], ["tls_failure"])
        await post(slack, start_tls=True, tls_context=trust)
        assert len(slack.mails) == 1

    async def test_a_connection_cut_within_tls_hides_a_kept_mail(self, slack, trust):
        slack.fail_mail("cut_after_store")
        with pytest.raises(aiosmtplib.SMTPException):
            await post(slack, start_tls=True, tls_context=trust)
        assert len(slack.mails) == 1


class TestLogin:
    @pytest.fixture
    def door(self):
        return MailDoor(user=LOGIN["username"], password=LOGIN["password"])

    @pytest.mark.parametrize("method", ["auth_plain", "auth_login"])
    async def test_the_login_opens(self, slack, method):
        async with mailer(slack) as client:
            await client.ehlo()
            await getattr(client, method)(*LOGIN.values())
            await client.send_message(letter())
        assert len(slack.mails) == 1

    @pytest.mark.parametrize("wrong", [{"password": "other"}, {"username": "other"}, {"password": ""}])
    async def test_another_does_not(self, slack, wrong):
        with pytest.raises(aiosmtplib.SMTPAuthenticationError) as caught:
            await post(slack, **(LOGIN | wrong))
        assert (caught.value.code, slack.mails) == (535, [])

    async def test_without_a_login_nothing_is_taken(self, slack):
        with pytest.raises(aiosmtplib.SMTPResponseException) as caught:
            await post(slack)
        assert (caught.value.code, slack.mails) == (530, [])

    async def test_a_login_can_fail_for_now(self, slack):
        slack.fail_mail("auth:454", times=2)
        with pytest.raises(aiosmtplib.SMTPAuthenticationError) as caught:
            await post(slack, **LOGIN)
        assert caught.value.code == 454


class TestEncryptedLogin:
    @pytest.fixture
    def door(self, tls):
        return MailDoor(tls=tls, user=LOGIN["username"], password=LOGIN["password"])

    async def test_the_login_is_offered_only_within_tls(self, slack, trust):
        async with mailer(slack) as client:
            await client.ehlo()
            assert not client.supports_extension("auth")
            await client.starttls(tls_context=trust)
            await client.ehlo()
            assert client.supports_extension("auth")
            await client.login(LOGIN["username"], LOGIN["password"])
            await client.send_message(letter())
        assert len(slack.mails) == 1


async def test_neither_is_offered_unless_asked_for(slack):
    async with mailer(slack) as client:
        await client.ehlo()
        assert not client.supports_extension("auth")
        assert not client.supports_extension("starttls")
