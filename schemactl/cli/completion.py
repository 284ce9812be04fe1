"""`schemactl completion`: click's own completion scripts."""

from __future__ import annotations

import sys

import click


@click.command(
    "completion",
    epilog="""\b
Examples:
  schemactl completion bash > ~/.local/share/bash-completion/completions/schemactl
  schemactl completion zsh > "${fpath[1]}/_schemactl"
  schemactl completion fish > ~/.config/fish/completions/schemactl.fish
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the script that completes schemactl's commands and options in SHELL."""
    from click.shell_completion import get_completion_class

    from schemactl.cli.root import root

    found = get_completion_class(shell)
    assert found is not None
    sys.stdout.write(found(root, {}, "schemactl", "_SCHEMACTL_COMPLETE").source() + "\n")
    return 0
