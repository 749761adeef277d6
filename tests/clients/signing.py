"""What seals and makes signing keys in tests."""

from __future__ import annotations

from server.identity.sealing import Seal
from server.identity.signing import SigningKeys

SEAL = Seal("a secret of at least 32 characters, for tests")
MAKER = SigningKeys(SEAL)
