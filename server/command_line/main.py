"""The `bss` command: its group, and how a refusal or a bad setting is told in one sentence.

Owns: exit codes (0 done, 1 refused, 2 bad arguments). Does not own: the commands (the other modules here).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import click

from bss.refusal import Refusal
from server.command_line.account import account
from server.command_line.audit import audit
from server.command_line.bill import bill
from server.command_line.client import client
from server.command_line.completion import PROGRAM, completion
from server.command_line.delegation import delegation
from server.command_line.demo import demo
from server.command_line.doctor import doctor
from server.command_line.host import host
from server.command_line.job import job
from server.command_line.member import member
from server.command_line.org import org
from server.command_line.price_list import price_list
from server.command_line.processes import migrate, serve, work
from server.command_line.provider import provider
from server.command_line.role import role
from server.command_line.sync import sync
from server.command_line.token import token
from server.command_line.usage import usage
from server.embedded import EmbeddedServersFailed
from server.settings import BadSetting


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="bss")
def bss() -> None:
    """Billing and subscriptions for clouds sold through a channel."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


for command in (
    *(account, audit, bill, client, completion, delegation, demo, doctor, host, job, member, migrate, org),
    *(price_list, provider, role, serve, sync, token, usage, work),
):
    bss.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; expected failures are one sentence on standard error, never a stack trace.

    `arguments` are those of the process when they are left out.
    """
    try:
        bss(arguments, PROGRAM, standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except Refusal as refusal:
        for each in refusal.problems:
            where = ".".join(each.path)
            click.echo(f"{refusal.code}: {where + ': ' if where else ''}{each.message}", err=True)
        sys.exit(1)
    except (BadSetting, EmbeddedServersFailed, OSError) as problem:
        click.echo(f"bss: {problem}", err=True)
        sys.exit(2)
