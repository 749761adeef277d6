"""`bss completion`: the script by which a shell completes the commands and their options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

PROGRAM = "bss"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands and options; in bash: source <(bss completion bash)."""
    shell_of = get_completion_class(shell)
    if shell_of is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(shell_of(context.find_root().command, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE").source())
