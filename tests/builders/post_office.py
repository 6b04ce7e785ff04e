"""A real SMTP server inside the test, which also fails the ways that real ones do."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from ipaddress import ip_address

from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from contracts.gateway import UserState
from deploy.local import servers


def a_reader(user_id, dealer_id=None, email="wang@example.com", version=1, **others):
    facts = {"name": "王伟", "roles": ("DLR",), "active": True, "language": "zh-CN"}
    return UserState(
        user_id=user_id, dealer_id=dealer_id, email=email, version=version, **(facts | others)
    )


def a_certificate(folder):
    """A key and the certificate for it that this address gave itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    return path


class PostOffice:
    """Keeps what it accepted; `refusals` are its answers by address, `deaths` by mail number."""

    def __init__(self):
        self.port = servers.free_port()
        self.letters, self.refusals, self.deaths = [], {}, {}
        self._seen, self.arrived = 0, asyncio.Event()

    @property
    def addresses(self):
        return [letter["To"] for letter in self.letters]

    @property
    def copies(self):
        """How often each Message-ID arrived."""
        return Counter(letter["Message-ID"] for letter in self.letters)

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self._seen += 1
        death = self.deaths.get(self._seen)
        if death != "before":
            self.letters.append(message_from_bytes(envelope.content, policy=default))
            self.arrived.set()
        if death:
            server.transport.abort()
        return "250 OK"

    @asynccontextmanager
    async def open(self, **protocol):
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(self, hostname="localhost", **protocol), "127.0.0.1", self.port
        )
        try:
            yield self
        finally:
            server.close()
