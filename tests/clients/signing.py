"""What seals and makes signing keys in tests."""

from __future__ import annotations

from server.identity.signing import SigningKeys
from tests.installation import SEAL

__all__ = ["MAKER", "SEAL"]
MAKER = SigningKeys(SEAL)
