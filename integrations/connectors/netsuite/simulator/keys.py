"""Integration records and the certificates mapped to them, with NetSuite's rules for keys (vendor file, 2.5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex, token_urlsafe
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RSA_BITS = (3072, 4096)
CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
RSA_ALGORITHMS = ("PS256", "PS384", "PS512")
LONGEST = timedelta(days=731)


@dataclass(slots=True, kw_only=True)
class Integration:
    """An integration record: the application a client id stands for."""

    client_id: str
    name: str
    has_client_credentials: bool = True
    scopes: tuple[str, ...] = ("rest_webservices",)


@dataclass(slots=True, kw_only=True)
class Certificate:
    """A certificate mapped to an integration record, a role and an entity."""

    id: str
    client_id: str
    role: str
    entity: str
    public_key: bytes
    algorithms: tuple[str, ...]
    valid_from: datetime
    valid_to: datetime
    is_revoked: bool = False


def read_certificate(pem: str, client_id: str, role: str, entity: str) -> Certificate:
    """Read an uploaded certificate; `ValueError` says why NetSuite would not take it. Validity is cut to two years."""
    try:
        parsed = x509.load_pem_x509_certificate(pem.encode())
        key = parsed.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("This is not an X.509 certificate in PEM form.") from error
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise ValueError("The certificate's key must be RSA or EC.")
    start = parsed.not_valid_before_utc
    return Certificate(
        id=token_urlsafe(33),
        client_id=client_id,
        role=role,
        entity=entity,
        public_key=key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        algorithms=_algorithms(key),
        valid_from=start,
        valid_to=min(parsed.not_valid_after_utc, start + LONGEST),
    )


def make_key_and_certificate(now: datetime) -> tuple[str, str]:
    """Make an EC key and a certificate for it, both PEM: the sandbox's own credentials, kept in memory only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ml-connector sandbox")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=700))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def new_client_id() -> str:
    """Make a client id in the form NetSuite gives them: 64 hexadecimal digits."""
    return token_hex(32)


def _algorithms(key: PublicKey) -> tuple[str, ...]:
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size not in RSA_BITS:
            raise ValueError(f"An RSA key must have 3072 or 4096 bits, this one has {key.key_size}.")
        return RSA_ALGORITHMS
    algorithm = CURVES.get(key.curve.name)
    if algorithm is None:
        raise ValueError(f"An EC key must be on the curve of 256, 384 or 521 bits, not {key.curve.name}.")
    return (algorithm,)
