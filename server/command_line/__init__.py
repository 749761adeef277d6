"""The `bss` command."""

from server.command_line.main import main

__all__ = ["main"]
