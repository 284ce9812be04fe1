"""What a person sees of a running apply, and how a signal stops it."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schemactl.engine import Event


class Stopper:
    """Turns the first SIGINT or SIGTERM of a running plan into a request to stop between steps.

    Before the first step, and at the second signal, it interrupts at once.
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self.running = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Stopper:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.event.is_set() or not self.running:
            raise KeyboardInterrupt
        self.event.set()
        print("\nstopping after the step in hand; once more to interrupt it", file=sys.stderr, flush=True)


class Progress:
    """One line a step on stderr: its number, the statement's object, how long it took."""

    def __init__(self, stopper: Stopper) -> None:
        self._stopper = stopper
        self._open = False

    def __call__(self, event: Event) -> None:
        from schemactl.render.words import one_line, symbol

        step = event.step
        place = f"[{event.number}/{event.total}] "
        match event.kind:
            case "started" if step is not None:
                self._stopper.running = True
                self._write(f"{place}{symbol(step)} {one_line(step.object)} ...", ends=False)
            case "finished" if step is not None and self._open:
                self._write(f" {event.seconds:.2f} s", ends=True, continues=True)
            case "waiting":
                self._write(f"waiting {one_line(event.message)}", ends=True)
            case "said":
                self._write(f"  {one_line(event.message)}", ends=True)
            case "retry":
                self._write(f"{place}{one_line(event.message)}", ends=True)
            case _:
                pass

    def _write(self, text: str, *, ends: bool, continues: bool = False) -> None:
        if self._open and not continues:
            sys.stderr.write("\n")
        sys.stderr.write(text + ("\n" if ends else ""))
        sys.stderr.flush()
        self._open = not ends

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._open:  # the line of a step that did not finish
            self._write("", ends=True, continues=True)
