"""What a person sees of a running apply, and how a signal stops it."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schemactl.engine import Event


class Stopper:
    """Turns the first SIGINT or SIGTERM of a running plan into a request to stop between steps, the second into one to
    cancel the statement in hand.

    Before the first step, and at the third signal, it interrupts at once.
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self.cancel = threading.Event()
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
        if self.cancel.is_set() or not self.running:
            raise KeyboardInterrupt
        if self.event.is_set():
            self.cancel.set()
            print("\ncancelling the step in hand", file=sys.stderr, flush=True)
            return
        self.event.set()
        print("\nstopping after the step in hand; once more to cancel it", file=sys.stderr, flush=True)


#: Seconds between two lines about one step, where there is no terminal to draw on.
_BETWEEN_LINES = 10.0
_BAR = 24
#: On a terminal: to the start of the line, and the rest of it away.
_ANEW = "\r\x1b[K"


class Progress:
    """One line a step on stderr: its number, the statement's object, how long it took.

    Of one that takes long, also what it does or waits for: on a terminal in the same line, elsewhere in lines of their own.
    """

    def __init__(self, stopper: Stopper) -> None:
        self._stopper = stopper
        self._open = False
        self._line = ""
        self._told = 0.0
        self._was = ""

    def __call__(self, event: Event) -> None:
        from schemactl.render.words import one_line, symbol

        step = event.step
        place = f"[{event.number}/{event.total}] "
        match event.kind:
            case "started" if step is not None:
                self._stopper.running = True
                self._line = f"{place}{symbol(step)} {one_line(step.object)} ..."
                self._told, self._was = 0.0, ""
                self._write(self._line, ends=False)
            case "watched" if step is not None:
                self._watched(event, one_line(event.message), place)
            case "finished" if step is not None and self._open:
                anew = _ANEW + self._line if sys.stderr.isatty() else ""
                self._write(f"{anew} {event.seconds:.2f} s", ends=True, continues=True)
            case "finished" if step is not None:  # what was told of it stands between
                self._write(f"{self._line} {event.seconds:.2f} s", ends=True)
            case "waiting":
                self._write(f"waiting {one_line(event.message)}", ends=True)
            case "said":
                self._write(f"  {one_line(event.message)}", ends=True)
            case "retry":
                self._write(f"{place}{one_line(event.message)}", ends=True)
            case _:
                pass

    def _watched(self, event: Event, what: str, place: str) -> None:
        parts = [f"{event.seconds:.0f} s"]
        if event.share is not None:
            parts.append(f"{event.share:.0%}")
        parts += [what] if what else []
        if sys.stderr.isatty():
            bar = f" {_bar(event.share)}" if event.share is not None else ""
            line = f"{self._line}{bar} {', '.join(parts)}"
            self._write(_ANEW + line[: shutil.get_terminal_size().columns - 1], ends=False, continues=True)
        elif event.seconds >= self._told + _BETWEEN_LINES or (event.message != self._was and self._is_wait(event)):
            self._told, self._was = event.seconds, event.message
            self._write(f"{place}{', '.join(parts)}", ends=True)

    def _is_wait(self, event: Event) -> bool:
        """One that has just begun to wait is told of at once, but not again because a number in the words counts on."""
        return event.message.startswith("waits for") and not self._was.startswith("waits for")

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


def _bar(share: float) -> str:
    done = int(share * _BAR)
    return f"[{'#' * done}{'.' * (_BAR - done)}]"
