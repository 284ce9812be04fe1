"""Help, usage errors, start-up cost, completion, broken pipes: all that needs no database."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from schemactl.cli.root import COMMANDS, root
from tests.cli.conftest import Cli

SCHEMACTL = [sys.executable, "-m", "schemactl"]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_examples(cli: Cli, command: str) -> None:
    result = cli(command, "--help")
    assert result.code == 0
    assert result.err == ""
    assert "Examples:" in result.out
    assert f"schemactl {command}" in result.out
    if command not in {"explain", "completion", "operator", "approve", "fmt"}:
        assert "SCHEMACTL_FORMAT" in result.out


def test_the_table_of_commands_agrees_with_the_commands(cli: Cli) -> None:
    out = cli("--help").out
    for name, (_, short) in COMMANDS.items():
        command = root.get_command(root.make_context("schemactl", ["--help"], resilient_parsing=True), name)
        assert command is not None
        assert command.name == name
        assert short in out


def test_no_arguments_is_wrong_usage_with_help(cli: Cli) -> None:
    result = cli()
    assert (result.code, result.out) == (64, "")
    assert "Commands:" in result.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["paln"], "Did you mean 'plan'?"),
        (["plan", "--formt", "json"], "--format"),
        (["plan", "--to", "x.sql"], "Missing option '--url'"),
        (["plan", "--url", "postgresql://u:S3cret@h/d"], "Missing option '--to'"),
        (["plan", "--url", "postgresql://h/d", "--to", "x", "--format", "xml"], "'xml' is not one of"),
        (["explain", "E1", "postgresql://u:S3cret@h/d"], "unexpected extra argument"),
        (["explain", "DROPS_TABEL"], "DROPS_TABLE"),
        (["apply", "--allow", "drops_tabel", "--url", "postgresql://h/d"], "Did you mean DROPS_TABLE?"),
        (["apply", "--lock-timeout", "soon", "--url", "postgresql://h/d"], "write 30s, 5m or 1h30m"),
        (["apply", "--url", "postgresql://h/d", "--plan", "p", "--to", "x"], "exclude each other"),
    ],
)
def test_wrong_usage_is_64_and_says_what_is_right(cli: Cli, arguments: list[str], expected: str) -> None:
    result = cli(*arguments)
    assert (result.code, result.out) == (64, "")
    assert result.err.startswith("error[E901]: ")
    assert expected in result.err
    assert "S3cret" not in result.err


def test_version(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEMACTL_VERSION", "1.2.3")  # as images set it: not an option
    assert cli("--version").out.startswith("schemactl ")
    assert cli("explain", "E101").code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(cli: Cli, shell: str) -> None:
    assert "_SCHEMACTL_COMPLETE" in cli("completion", shell).out


@pytest.mark.parametrize(
    ("words", "expected"), [("schemactl pl", "plain,plan"), ("schemactl plan --detail", "plain,--detailed-exitcode")]
)
def test_completion_of_commands_and_options(words: str, expected: str) -> None:
    asked = {"_SCHEMACTL_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(SCHEMACTL, env=os.environ | asked, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [expected]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from schemactl.cli import main; main(['--help']); main(['plan', '--help']);"
        "print(sorted({'sqlglot', 'sqlalchemy', 'psycopg', 'rich', 'yaml', 'msgspec'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_takes_less_than_150_ms_of_cpu() -> None:
    assert min(_cpu_of_help() for _ in range(5)) < 0.150


def _cpu_of_help() -> float:
    process = subprocess.Popen([*SCHEMACTL, "--help"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


def test_a_broken_pipe_is_silent() -> None:
    with subprocess.Popen([*SCHEMACTL, "explain"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_module_and_exit_code_of_the_process() -> None:
    done = subprocess.run([*SCHEMACTL, "paln"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (64, "")
