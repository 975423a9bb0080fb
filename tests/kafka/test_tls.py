"""TLS with SCRAM over it: an own authority, the whole way of a case, and the true cause when it can't be."""

from __future__ import annotations

import ipaddress
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from bancheng.compose import House
from bancheng.embedded import brokerhome
from bancheng.embedded.brokerconfig import properties
from bancheng.embedded.brokerhome import free_port
from bancheng.embedded.progress import SilentProgress
from bancheng.settings import Settings
from bancheng.up import prepare, servers
from producers.window import Submission
from router.wire.connection import BrokerAwayError, check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


class Issued(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def store(self) -> bytes:
        """Key and certificate, as Kafka's PEM key stores want them."""
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()) + self.pem()


def issue(name: str, by: Issued | None = None) -> Issued:
    """Make a certificate for 127.0.0.1, signed by an authority, or an authority itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    )
    return Issued(builder.sign(by.key if by else key, hashes.SHA256()), key)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[tuple[House, Settings]]:
    """An installation whose broker has a TLS listener besides, and the settings of who comes from outside."""
    authority, port, tmp_path = issue("authority of the test"), free_port(), tmp_path_factory.mktemp("tls")
    server = tmp_path / "server.pem"
    server.write_bytes(issue("127.0.0.1", authority).store())
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.pem())

    def with_tls(settings: Any) -> dict[str, str]:
        plain, place = properties(settings), f"TLS://127.0.0.1:{port}"
        changed = {
            "listeners": f"{plain['listeners']},{place}",
            "advertised.listeners": f"{plain['advertised.listeners']},{place}",
            "listener.security.protocol.map": f"{plain['listener.security.protocol.map']},TLS:SASL_SSL",
            "listener.name.tls.ssl.keystore.type": "PEM",
            "listener.name.tls.ssl.keystore.location": str(server),
            "listener.name.tls.sasl.enabled.mechanisms": "SCRAM-SHA-256",
            "listener.name.tls.scram-sha-256.sasl.jaas.config":
                "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        }  # fmt: skip
        return plain | changed

    policy = pytestconfig.rootpath / "tests" / "data" / "small.yaml"
    inside = House(Settings(home=tmp_path / "home", policy=policy))
    with pytest.MonkeyPatch.context() as patched, servers_with(patched, with_tls, inside):
        prepare(inside)
        url = SecretStr(inside.engine.url.render_as_string(hide_password=False))
        yield inside, Settings(
            home=inside.settings.home, policy=policy, database=url, kafka=f"127.0.0.1:{port}", kafka_tls=True,
            kafka_ca_file=ca,
        )  # fmt: skip
        inside.close()


@contextmanager
def servers_with(patched: pytest.MonkeyPatch, made: Callable[[Any], dict[str, str]], house: House) -> Iterator[None]:
    """Run the embedded servers, the broker with properties of one's own."""
    patched.setattr(brokerhome, "properties", made)
    with servers(house, SilentProgress(), fast=True):
        yield


def test_a_case_goes_its_way_over_tls(tls: tuple[House, Settings], eventually: Callable[..., Any]) -> None:
    """Window, router, relay and results over SASL_SSL with SCRAM, the broker's name checked against our authority."""
    _, settings = tls
    house = House(settings)
    assert house.connection("router").options()["security_protocol"] == "SASL_SSL"
    router, relay = house.router(), house.relay()
    with house.window("window-system") as window:
        case_id = window.submit(Submission(narrative="小区房屋漏水，物业不管"))
        results = iter(window.follow(case_id, seconds=60))

        def told() -> Any:
            router.step()
            relay.step()
            return relay.totals["outputs"] > 0

        eventually(told, seconds=60)
        assert next(results).type == "cn.bancheng.result.receipt.v1"
    router.run(lambda: True)
    relay.run(lambda: True)
    house.close()


def test_the_true_cause_without_it(tls: tuple[House, Settings], tmp_path: Path) -> None:
    """Plain on a TLS port, or another authority: one sentence says that it answers, and to look at TLS."""
    inside, settings = tls
    other = tmp_path / "other.pem"
    other.write_bytes(issue("another authority").pem())
    assert inside.settings.kafka is None
    for changes in ({"kafka_tls": False, "kafka_ca_file": None}, {"kafka_ca_file": other}):
        house = House(settings.model_copy(update=changes))
        with pytest.raises(BrokerAwayError, match="TLS"):
            check(house.connection("router"), ())
