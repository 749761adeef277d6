"""An authority and a certificate of it for one name, on file, for one test."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def issued(folder: Path, name: str) -> tuple[Path, Path, Path]:
    """The files of the authority's certificate, of the key, and of the certificate for the name."""
    above, below = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("authority", above, "authority", above, x509.BasicConstraints(True, 0))
    alternative = x509.SubjectAlternativeName([x509.DNSName(name)])
    certificate = _certificate(name, below, "authority", above, alternative)
    key = below.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files = folder / "authority.pem", folder / "key.pem", folder / "certificate.pem"
    contents = (
        authority.public_bytes(serialization.Encoding.PEM),
        key,
        certificate.public_bytes(serialization.Encoding.PEM),
    )
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return files


def context_of(key: Path, certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signed_by: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=1),
    )
    return builder.add_extension(extension, critical=False).sign(signed_by, hashes.SHA256())
