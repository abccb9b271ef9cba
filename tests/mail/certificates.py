"""Certificates for servers on this machine: an authority of our own, and what it signs."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

YEAR = timedelta(days=365)


class Authority:
    """Signs certificates; `file` is what somebody who trusts it is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority for tests")])
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        certificate = self._certificate(self.name, self.key).add_extension(constraints, critical=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._signed(certificate))

    def server(self, name: str = "", *, ended: bool = False) -> ssl.SSLContext:
        """What a server needs whose certificate is for this address or host name; `ended` yesterday."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name or "127.0.0.1")])
        alternative = x509.DNSName(name) if name else x509.IPAddress(ip_address("127.0.0.1"))
        end = datetime.now(UTC) + (-timedelta(days=1) if ended else YEAR)
        certificate = self._certificate(subject, key, end=end)
        names = x509.SubjectAlternativeName([alternative])
        file = self.folder / f"{name or 'here'}-{ended}.pem"
        file.write_bytes(_private(key) + self._signed(certificate.add_extension(names, critical=False)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _certificate(self, subject, key, *, end=None) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - YEAR)
            .not_valid_after(end or now + YEAR)
        )

    def _signed(self, certificate: x509.CertificateBuilder) -> bytes:
        return certificate.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    no_secret = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_secret)
