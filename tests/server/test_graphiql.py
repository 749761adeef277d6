"""GraphiQL is served in development only, from what was built here, and loads nothing from elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.http.graphiql import graphiql_routes
from server.settings import BadSetting, load

SOURCES = Path(__file__).parents[2] / "server" / "graphiql"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "served").mkdir()
    for name, text in (("index.html", (SOURCES / "index.html").read_text()), ("main.js", "1"), ("main.css", "a {}")):
        (tmp_path / "served" / name).write_text(text, encoding="utf-8")
    (tmp_path / "secret.js").write_text("secret", encoding="utf-8")
    return tmp_path / "served"


async def test_what_was_built_is_served_and_nothing_else(built: Path) -> None:
    transport = httpx.ASGITransport(Starlette(routes=graphiql_routes(built)))
    async with httpx.AsyncClient(transport=transport, base_url="http://bss") as browser:
        page = await browser.get("/graphiql")
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert (await browser.get("/graphiql/main.js")).text == "1"
        for path in ("/graphiql/secret.js", "/graphiql/..%2Fsecret.js", "/graphiql/%2e%2e/secret.js", "/graphiql/x"):
            answer = await browser.get(path)
            assert answer.status_code == 404, path
            assert "secret" not in answer.text
        rules = dict(rule.strip().split(" ", 1) for rule in page.headers["Content-Security-Policy"].split(";"))
        assert rules["default-src"] == "'none'"
        assert (rules["script-src"], rules["connect-src"]) == ("'self'", "'self'")
        assert "http" not in page.headers["Content-Security-Policy"]


def test_an_installation_of_ones_own_servers_has_no_graphiql() -> None:
    names = ("DATABASE_APP_PASSWORD", "DATABASE_SYNC_PASSWORD", "DATABASE_BULK_PASSWORD", "BSS_SECRET_KEY")
    real = {"DATABASE_URL": "postgresql://db/bss", **dict.fromkeys(names, "a secret of at least thirty-two letters")}
    assert load({"BSS_GRAPHIQL": "build/graphiql/served"}).graphiql is not None
    assert load(real).graphiql is None
    with pytest.raises(BadSetting, match="BSS_GRAPHIQL is for development"):
        load({**real, "BSS_GRAPHIQL": "build/graphiql/served"})


def test_a_folder_without_it_is_refused_at_the_start(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BadSetting, match="make graphiql"):
            graphiql_routes(folder)


def test_its_packages_are_pinned_and_its_sources_name_no_other_host() -> None:
    wanted = json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert '"resolved"' not in (SOURCES / "package-lock.json").read_text(encoding="utf-8")
    for name in ("index.html", "main.jsx", "build.mjs"):
        assert "//" not in re.sub(r"^\s*//.*$", "", (SOURCES / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
