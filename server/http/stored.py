"""Documents that a front end's build stored with the installation, and that requests name by their SHA-256.

Owns: the folder, which document a request means, and that a page sends no other (`docs/adr/0032`). Does not own:
executing it. Nothing is registered by a request: whoever may ask may not thereby decide what is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cross_web import HTTPException
from graphql import GraphQLError, parse, validate

from schema.execution import schema
from server.settings import BadSetting

Stored = Mapping[str, str]
"""Documents by the SHA-256 of their text, in hexadecimal digits."""

NOTHING_STORED: Stored = {}
ONLY_STORED = "ONLY_STORED_DOCUMENTS"
WHY_ONLY_STORED = "A page sends documents that are stored with the installation."
_ALGORITHM = "sha256:"


class NotStored(Exception):
    """A request names a document that is not there."""


class OnlyStored(Exception):
    """A request sends a document of its own where only stored ones are answered."""


def stored_in(folder: Path) -> Stored:
    """The documents of all `*.graphql` files below a folder. Raises `BadSetting` for one that is not of this schema."""
    if not folder.is_dir():
        raise BadSetting(f"BSS_DOCUMENTS is {str(folder)!r}, not a folder")
    return dict(_stored(path) for path in sorted(folder.rglob("*.graphql")))


def _stored(path: Path) -> tuple[str, str]:
    content = path.read_bytes()
    try:
        text = content.decode()
        problems = validate(schema._schema, parse(text))
    except (GraphQLError, UnicodeDecodeError) as unreadable:
        raise BadSetting(f"BSS_DOCUMENTS: {path}: {unreadable}") from unreadable
    if problems:
        raise BadSetting(f"BSS_DOCUMENTS: {path}: {problems[0].message}")
    return hashlib.sha256(content).hexdigest(), text


def document_of(body: Mapping[str, Any], stored: Stored, *, any_text: bool) -> str | None:
    """The text that a request sends or names; unless any will do, the text of a stored document.

    Raises `NotStored`, `OnlyStored`, and `HTTPException` for what means two.
    """
    text: str | None = body.get("query")
    named = _named(body)
    if text:  # with a name, too, as some clients repeat a request that named what is not stored
        found = hashlib.sha256(text.encode()).hexdigest() if named or not any_text else ""
        if named not in (None, found):
            raise HTTPException(400, "The document is not the one that its SHA-256 names.")
        if not any_text and found not in stored:
            raise OnlyStored
        return text
    if named is None:
        return text
    if named not in stored:
        raise NotStored
    return stored[named]


def _named(body: Mapping[str, Any]) -> str | None:
    """The SHA-256 that a request names, in either of the two usual places."""
    extensions = body.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    named = persisted.get("sha256Hash") if isinstance(persisted, dict) else body.get("documentId")
    if named is not None and not isinstance(named, str):
        raise HTTPException(400, "A document is named by its SHA-256.")
    return None if named is None else named.removeprefix(_ALGORITHM).lower()
