"""What a customer types to connect NetSuite: the form's fields, their cleaning, the key pair that the portal makes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from integrations.contracts import CredentialField, Settings
from integrations.errors import ConfigurationError

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

DOMAIN = "suitetalk.api.netsuite.com"
SMALLEST_RSA_BITS = 3072
CERTIFICATE_DAYS = 729  # NetSuite cuts what lives longer than two years
MOST_CONCURRENT = 50
_NOT_SET_UP = "netsuite_not_set_up"
_ACCOUNT = re.compile(r"[A-Za-z0-9]{1,32}(?:[_-](?:SB|RP)[0-9]*)?", re.IGNORECASE)
_ID = re.compile(r"[\x21-\x7e]{8,256}")

FIELDS = (
    CredentialField(
        name="account_id",
        label="Account id",
        help="Setup > Company > Company Information > Account ID. A sandbox ends in _SB1, Release Preview in _RP.",
        placeholder="1234567 or 1234567_SB1",
    ),
    CredentialField(
        name="algorithm",
        label="Kind of key",
        help="PS256 suits every account. ES256 makes a shorter key.",
        kind="choice",
        choices=(("PS256", "RSA, 3072 bits (PS256)"), ("ES256", "Elliptic curve P-256 (ES256)")),
        default="PS256",
    ),
    CredentialField(
        name="private_key_pem",
        label="Private key",
        help="Made here and kept sealed; it never leaves the portal. Paste one only if your policy asks for your own.",
        kind="generated",
    ),
    CredentialField(
        name="certificate_pem",
        label="Certificate to upload",
        help="Save it as netsuite.pem and upload it under Setup > Integration > OAuth 2.0 Client Credentials (M2M) "
        "Setup.",
        required=False,
    ),
    CredentialField(
        name="client_id",
        label="Client id",
        help="Shown once, when the integration record is saved with Client Credentials (Machine to Machine) Grant.",
        required=False,
    ),
    CredentialField(
        name="certificate_id",
        label="Certificate id",
        help="Shown in the list of OAuth 2.0 Client Credentials (M2M) Setup after the upload of the certificate.",
        required=False,
    ),
    CredentialField(
        name="concurrency",
        label="Concurrent requests",
        help="How many of the account's concurrent requests the portal may use; SOAP, REST and RESTlets share the "
        "limit.",
        kind="number",
        default="2",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credentials:
    """A NetSuite connection's values, parsed. The representation shows nothing secret."""

    account: str  # as NetSuite writes it: 1234567_SB1
    client_id: str
    certificate_id: str
    private_key_pem: str
    certificate_pem: str
    algorithm: str
    concurrency: int

    @classmethod
    def of(cls, settings: Settings) -> "Credentials":
        """Read a connection's cleaned values."""
        values = settings.values
        return cls(
            account=account_id(values.get("account_id", "")),
            client_id=values.get("client_id", ""),
            certificate_id=values.get("certificate_id", ""),
            private_key_pem=values.get("private_key_pem", ""),
            certificate_pem=values.get("certificate_pem", ""),
            algorithm=values.get("algorithm") or "PS256",
            concurrency=_concurrency(values.get("concurrency") or "2"),
        )

    def __repr__(self) -> str:
        return f"Credentials(account={self.account!r})"

    @property
    def origin(self) -> str:
        """The account's own origin, `https://1234567-sb1.suitetalk.api.netsuite.com`."""
        return f"https://{self.account.lower().replace('_', '-')}.{DOMAIN}"

    @property
    def is_production(self) -> bool:
        """Whether the account id names neither a sandbox, nor Release Preview, nor a test drive account."""
        return "_" not in self.account and not self.account.startswith("TSTDRV")


# Cleaning


def clean(values: Mapping[str, str]) -> dict[str, str]:
    """Normalise what was typed. Raises ConfigurationError naming the field; keys must be NetSuite's sizes and match.

    Client id and certificate id may be empty: they are known only after the certificate made here was uploaded.
    """
    algorithm = values.get("algorithm", "").strip() or "PS256"
    if algorithm not in ("PS256", "ES256"):
        raise _wrong("algorithm", "Choose PS256 or ES256.")
    key_pem, certificate_pem = _pem(values.get("private_key_pem", "")), _pem(values.get("certificate_pem", ""))
    key = check_key(key_pem, algorithm)
    if certificate_pem:
        check_certificate(certificate_pem, key)
    return {
        "account_id": account_id(values.get("account_id", "")),
        "algorithm": algorithm,
        "private_key_pem": key_pem,
        "certificate_pem": certificate_pem,
        "client_id": _identifier("client_id", "client id", values),
        "certificate_id": _identifier("certificate_id", "certificate id", values),
        "concurrency": str(_concurrency(values.get("concurrency", "").strip() or "2")),
    }


def account_id(typed: str) -> str:
    """Give the account id as NetSuite writes it. Raises ConfigurationError: nothing else may reach a host name."""
    text = typed.strip()
    if not _ACCOUNT.fullmatch(text):
        raise _wrong(
            "account_id",
            f"“{text[:40]}” is not a NetSuite account id. It looks like 1234567, 1234567_SB1 or 1234567_RP: see Setup "
            f"> "
            "Company > Company Information > Account ID.",
            code="netsuite_account_unknown",
        )
    return text.upper().replace("-", "_")


def check_ids(credentials: Credentials) -> None:
    """Refuse to sign in before NetSuite has given its ids."""
    if not credentials.client_id:
        raise _wrong("client_id", "The client id is missing: make the integration record and copy it.", _NOT_SET_UP)
    if not credentials.certificate_id:
        message = "The certificate id is missing: upload the certificate in NetSuite and copy the id of its new line."
        raise _wrong("certificate_id", message, _NOT_SET_UP)


def check_key(pem: str, algorithm: str, *, is_known: bool = False) -> PrivateKey:
    """Read a private key and refuse what NetSuite refuses: RSA below 3072 bits, another kind than the algorithm's.

    `is_known`: its numbers were proven when it was typed; proving them again takes a tenth of a second.
    """
    key = _private_key(pem, is_known)
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < SMALLEST_RSA_BITS:
        raise _wrong(
            "private_key_pem",
            f"This RSA key has {key.key_size} bits; NetSuite takes 3072 or 4096. Let the portal make a new key pair "
            f"and "
            "upload its certificate.",
            code="netsuite_key_too_small",
            value=str(key.key_size),
        )
    if isinstance(key, rsa.RSAPrivateKey) != (algorithm == "PS256"):
        raise _wrong(
            "private_key_pem", f"This key does not fit {algorithm}: PS256 needs RSA, ES256 a curve key on P-256."
        )
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name != "secp256r1":
        raise _wrong("private_key_pem", f"This key is on the curve {key.curve.name}; ES256 needs P-256.")
    return key


def read_certificate(pem: str) -> x509.Certificate:
    """Read a certificate. Raises ConfigurationError."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise _wrong(
            "certificate_pem", "This is not a certificate in PEM form. Copy it with its BEGIN and END lines."
        ) from error


def check_certificate(pem: str, key: PrivateKey) -> x509.Certificate:
    """Read a certificate and see that it belongs to the private key."""
    certificate = read_certificate(pem)
    if _public_bytes(certificate.public_key()) != _public_bytes(key.public_key()):
        raise _wrong("certificate_pem", "This certificate does not belong to the private key. Make a new key pair.")
    return certificate


def _private_key(pem: str, is_known: bool) -> PrivateKey:
    if not pem:
        raise _wrong("private_key_pem", "There is no private key yet. Let the portal make a key pair.")
    try:
        key = serialization.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=is_known)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _wrong("private_key_pem", "This is not an unencrypted private key in PEM form.") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise _wrong("private_key_pem", "NetSuite takes RSA and elliptic curve keys only.")
    return key


def _public_bytes(key: object) -> bytes:
    assert hasattr(key, "public_bytes")
    made: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return made


def _pem(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _identifier(name: str, label: str, values: Mapping[str, str]) -> str:
    text = values.get(name, "").strip()
    if text and not _ID.fullmatch(text):
        raise _wrong(name, f"Copy the {label} as NetSuite shows it, without spaces.")
    return text


def _concurrency(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_CONCURRENT:
        raise _wrong("concurrency", f"Give a whole number from 1 to {MOST_CONCURRENT}.")
    return int(text)


def _wrong(field: str, message: str, code: str = "netsuite_credentials", value: str = "") -> ConfigurationError:
    return ConfigurationError(message, code=code, field=field, value=value)


# Making a key pair


def generate(values: Mapping[str, str]) -> dict[str, str]:
    """Make a private key and its self-signed certificate, valid for just under two years from now."""
    key = _new_key(values.get("algorithm", ""))
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ml-connector"),
            x509.NameAttribute(
                NameOID.COMMON_NAME, f"ml-connector {values.get('account_id', '').strip()[:32]}".strip()
            ),
        ]
    )
    now = datetime.now(UTC).replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .sign(key, hashes.SHA256())
    )
    return {
        "private_key_pem": _key_pem(key),
        "certificate_pem": certificate.public_bytes(serialization.Encoding.PEM).decode(),
    }


def _new_key(algorithm: str) -> PrivateKey:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=SMALLEST_RSA_BITS)


def _key_pem(key: PrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
