"""Every relative link of the pages leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def test_every_relative_link_leads_somewhere() -> None:
    pages = [page for page in ROOT.rglob("*.md") if not {".venv", "node_modules", "var"} & set(page.parts)]
    links = [(page, link) for page in pages for link in _LINK.findall(page.read_text(encoding="utf-8"))]
    broken = [f"{page.relative_to(ROOT)}: {link}" for page, link in links if not (page.parent / link).exists()]
    assert len(links) > 10
    assert broken == []
