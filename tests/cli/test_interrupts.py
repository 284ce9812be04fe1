"""Signals: a run that waits ends at once, a running plan ends between steps."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from schemactl import cli
from schemactl.apply import Event
from schemactl.cli.progress import Progress, Stopper
from schemactl.cli.run import Run
from schemactl.errors import InterruptedError_
from schemactl.plan import PlannedStep
from tests.cli.conftest import Terminal

STEP = PlannedStep(sql="SELECT 1", object="table public.t", action="create", reason="")


def test_control_c_ends_a_waiting_run_with_130_and_one_line() -> None:
    command = [sys.executable, "-m", "schemactl", "plan", "--url", "postgresql://h/d", "--to", "-"]
    # Where the tests run in the background of a shell, SIGINT is ignored, and a child would inherit that.
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        _until_reading(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr
        assert process.stderr.read().strip() == "interrupted"


def test_one_signal_more_does_not_hide_what_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It comes while the run is on its way out already."""

    def ends(arguments: list[str], run: Run) -> int:
        error = InterruptedError_("cancelled")
        error.stands = "1 of 2 steps is done"
        try:
            raise error
        except InterruptedError_:
            raise KeyboardInterrupt  # noqa: B904

    monkeypatch.setattr(cli, "_invoke", ends)
    assert cli.main(["apply"]) == 130
    assert "stands: 1 of 2 steps is done" in capsys.readouterr().err


def _until_reading(pid: int) -> None:
    """Wait until the process sleeps in a read of its standard input. Where that cannot be seen, the deadline has it read long since."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if "pipe" in Path(f"/proc/{pid}/wchan").read_text():
                return
        time.sleep(0.02)


def test_a_signal_before_the_first_step_interrupts_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), Stopper():
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_during_a_step_asks_to_stop_the_second_to_cancel_and_the_third_interrupts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = signal.getsignal(signal.SIGINT)
    with Stopper() as stopper, Progress(stopper) as progress:
        progress(Event(kind="started", step=STEP, number=1, total=2))
        os.kill(os.getpid(), signal.SIGINT)
        assert stopper.event.is_set() and not stopper.cancel.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopper.cancel.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    printed = capsys.readouterr().err
    assert "stopping after the step in hand" in printed and "cancelling" in printed


def test_other_threads_are_left_alone() -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with Stopper():
                pass
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not failed


def test_progress_is_one_line_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(Stopper()) as progress:
        progress(Event(kind="planning"))
        progress(Event(kind="waiting", message="for the lock"))
        progress(Event(kind="started", step=STEP, number=1, total=2))
        progress(Event(kind="retry", step=STEP, number=1, total=2, message="locked by others"))
        progress(Event(kind="started", step=STEP, number=1, total=2))
        progress(Event(kind="finished", step=STEP, number=1, total=2, seconds=0.25))
        progress(Event(kind="started", step=STEP, number=2, total=2))
    assert capsys.readouterr().err == (
        "waiting for the lock\n"
        "[1/2] + table public.t ...\n"
        "[1/2] locked by others\n"
        "[1/2] + table public.t ... 0.25 s\n"
        "[2/2] + table public.t ...\n"
    )


LONG = Event(kind="watched", step=STEP, number=1, total=2, seconds=12, message="building index", share=0.5)


def test_a_long_step_is_told_of_in_lines_of_their_own_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(Stopper()) as progress:
        progress(Event(kind="started", step=STEP, number=1, total=2))
        progress(replace(LONG, seconds=2, message="waits for session 1"))
        progress(replace(LONG, seconds=3, message="waits for session 1 (idle for 3 s)"))
        progress(replace(LONG, seconds=9))
        progress(LONG)
        progress(replace(LONG, seconds=13))
        progress(Event(kind="finished", step=STEP, number=1, total=2, seconds=14))
    assert capsys.readouterr().err == (
        "[1/2] + table public.t ...\n"
        "[1/2] 2 s, 50%, waits for session 1\n"
        "[1/2] 12 s, 50%, building index\n"
        "[1/2] + table public.t ... 14.00 s\n"
    )


def test_a_long_step_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "68")
    with Progress(Stopper()) as progress:
        progress(Event(kind="started", step=STEP, number=1, total=2))
        progress(LONG)
        progress(Event(kind="finished", step=STEP, number=1, total=2, seconds=14))
    drawn = [line.rstrip() for line in terminal.getvalue().split("\r\x1b[K")]
    assert drawn == [
        "[1/2] + table public.t ...",
        "[1/2] + table public.t ... [############............] 12 s, 50%, bu",
        "[1/2] + table public.t ... 14.00 s",
    ]
