"""The `bss` command, in processes of its own: what it prints, its exit codes, and settings that override."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from bss.identifier import Kind, public
from bss.metering.append import append
from bss.metering.reading import Reading
from server.embedded import Servers, running
from server.installation import opened
from server.settings import load
from tests.metering.books import NOW, open_books

GUARDED = "yes   database guards  every table, function and role is guarded"
PASSWORDS = {f"DATABASE_{role}_PASSWORD": f"secret-of-{role.lower()}" for role in ("APP", "SYNC", "BULK")}
SECRETS = {**PASSWORDS, "BSS_SECRET_KEY": "secret-of-the-installation-for-tests"}


@dataclass(frozen=True)
class Shell:
    """A place with embedded servers of its own."""

    home: Path
    servers: Servers

    def bss(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command; settings of the caller's own environment do not count."""
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("BSS_", "DATABASE_", "REDIS_"))
        }
        return subprocess.run(
            [sys.executable, "-c", "from server.command_line import main; main()", *arguments],
            env={**clean, "BSS_HOME": str(self.home), **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    folder = Path(tempfile.mkdtemp(prefix="bss-shell-"))
    folder.chmod(0o755)
    with running(folder / "home") as servers:
        yield Shell(folder / "home", servers)
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture
async def given(shell: Shell) -> dict[str, str]:
    """Settings that name an existing database and queue instead of the embedded ones."""
    admin = await asyncpg.connect(shell.servers.dsn("postgres"))
    await admin.execute("DROP DATABASE IF EXISTS given WITH (FORCE)")
    await admin.execute("CREATE DATABASE given")
    await admin.close()
    place = f"?host={shell.servers.postgres_host}&port={shell.servers.postgres_port}"
    return {
        "DATABASE_URL": f"postgresql:///given{place}",
        "DATABASE_OWNER_URL": shell.servers.dsn("given"),
        "REDIS_URL": shell.servers.redis_url,
        **SECRETS,
    }


def test_help_names_every_journey(shell: Shell) -> None:
    shown = shell.bss("--help")
    assert shown.returncode == 0
    journeys = ("account", "audit", "bill", "completion", "demo", "doctor", "job", "migrate", "org", "price-list")
    for command in (*journeys, "serve", "sync", "token", "usage", "work"):
        assert f"\n  {command} " in shown.stdout


def test_a_new_installation_is_migrated_and_healthy(shell: Shell) -> None:
    assert "at this version's schema" in shell.bss("migrate").stdout
    examined = shell.bss("doctor")
    assert (examined.returncode, examined.stdout.splitlines()[1:]) == (0, [GUARDED])
    assert shell.bss("sync", "status").stdout == "No links.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence", "code"),
    [
        (("bill", "run", "nowhere"), "Error: There is no organisation 'nowhere' here; there is: none yet.", 1),
        (("usage", "import", "cloud", "absent.csv", "--source", "s"), "File 'absent.csv' does not exist.", 2),
        (("usage", "export", "x", "--from", "2026-01-01", "--until", "2026-01-01"), "The period ends before", 2),
        (("usage", "export", "x", "--from", "2026-01-01", "--until", "2026-02-01", "--kind", "boat"), "'boat' is", 2),
        (("job", "resume", "cloud", "job_1"), "'job_1' is not an id of the form job_…", 2),
        (("bill", "run", "cloud", "--until", "tomorrow"), "'tomorrow' does not match the formats", 2),
        (("demo", "--usage", "absent.csv"), "File 'absent.csv' does not exist.", 2),
        (("nonsense",), "No such command 'nonsense'.", 2),
    ],
)
def test_a_bad_argument_gets_a_clear_sentence(
    shell: Shell, arguments: tuple[str, ...], sentence: str, code: int
) -> None:
    answer = shell.bss(*arguments)
    assert (answer.returncode, "Traceback" in answer.stderr) == (code, False)
    assert sentence in answer.stderr


def test_a_bad_file_is_told_with_the_line_before_anything_is_started(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "month.csv"
    file.write_text(
        "vm_id,sampled_at,duration_ms,cpu_count,cpu_usage_mhz\n1,2026-04-01T00:05:00Z,300000,4,10\n1,noon,1,4,1\n"
    )
    answer = shell.bss("demo", "--no-serve", "--usage", str(file))
    assert answer.returncode == 1
    assert f"Error: {file}, line 3: no sampled_at and duration_ms here" in answer.stderr


def test_a_database_without_passwords_is_refused(shell: Shell) -> None:
    answer = shell.bss("doctor", DATABASE_URL="postgresql:///given")
    assert (answer.returncode, answer.stderr) == (2, "bss: DATABASE_APP_PASSWORD must be set when DATABASE_URL is\n")


async def test_usage_is_exported_to_a_file_or_to_standard_output(
    shell: Shell, given: dict[str, str], tmp_path: Path
) -> None:
    """Two subscriptions of one machine each, one hour of 3 vCPUs of the first."""
    assert shell.bss("migrate", **given).returncode == 0
    async with opened(load(given)):
        books = await open_books("cloud", subscriptions=2)
        reading = Reading("1", books.subscriptions[0], "vcpu_hours", "vm", NOW, NOW + timedelta(hours=1), Decimal(3))
        await append(books.viewer, "test", [reading], now=NOW)
    window = ("usage", "export", "cloud", "--from", f"{NOW:%Y-%m-%d}", "--until", f"{NOW + timedelta(days=1):%Y-%m-%d}")
    printed = shell.bss(*window, **given)
    assert (printed.returncode, printed.stderr) == (0, "1 lines\n")
    header, line = printed.stdout.splitlines()
    assert header == "account,subscription,offering,kind,meter,resource,hour,quantity,unit,revision"
    subscription = public(Kind.SUBSCRIPTION, books.subscriptions[0])
    assert line == f"X,{subscription},VM,xaas,vcpu_hours,vm,{NOW:%Y-%m-%dT%H}:00:00Z,3,vCPU-hour,1"
    account = ("--account", public(Kind.ACCOUNT, books.x.actor_id), "--output", str(tmp_path / "x.csv"))
    assert shell.bss(*window, *account, **given).returncode == 0
    assert (tmp_path / "x.csv").read_text().splitlines() == [header, line]
    of_machines = shell.bss(*window, "--kind", "vm", **given)
    assert of_machines.stdout.splitlines() == [header]
    nobody = shell.bss(*window, "--account", public(Kind.ACCOUNT, books.subscriptions[0]), **given)
    assert (nobody.returncode, nobody.stderr) == (1, "NOT_FOUND: --account: There is no such account.\n")


async def test_given_servers_are_used_instead_of_the_embedded_ones(shell: Shell, given: dict[str, str]) -> None:
    elsewhere = {**given, "BSS_HOME": str(shell.home.parent / "untouched")}
    assert shell.bss("migrate", **elsewhere).returncode == 0
    exported = shell.bss("usage", "export", "cloud", "--from", "2026-01-01", "--until", "2026-02-01", **elsewhere)
    assert (exported.returncode, "There is no organisation 'cloud'" in exported.stderr) == (1, True)
    without_owner = {name: value for name, value in elsewhere.items() if name != "DATABASE_OWNER_URL"}
    examined = shell.bss("doctor", **without_owner)
    assert (examined.returncode, examined.stdout.splitlines()[1:]) == (0, [GUARDED])
    assert not (shell.home.parent / "untouched").exists(), "no embedded server was started"
    told = shell.bss("migrate", **without_owner)
    assert told.stderr == "bss: DATABASE_OWNER_URL must be set to migrate the database at DATABASE_URL\n"
