"""A way to a server that can be cut: at once, or when a client has said a certain word, or so and so much."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from schemactl.errors import UnreachableError

HOST = "127.0.0.1"


class Proxy:
    """Listens on a port of loopback and hands everything on to `target`, another one.

    `word`: as soon as a client has sent it, its connection is cut; where `heard`, the server gets the word before.
    `left`: how often clients may send something; at the next time the connection is cut, and the limit is gone.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.word: bytes | None = None
        self.heard = True
        self.left: int | None = None
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._guard = threading.Lock()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Cut all connections that there are."""
        with self._guard:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for one in pair:
                _close(one)

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((HOST, self.target))
            except OSError:
                _close(client)
                continue
            with self._guard:
                self._pairs.add((client, server))
            for one, other, up in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._hand_on, args=(one, other, up), daemon=True).start()

    def _hand_on(self, one: socket.socket, other: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if up and self._is_enough():
                    break
                if up and self.word is not None and self.word in data:
                    self.word = None
                    _close(one)
                    if self.heard:
                        other.sendall(data)
                        with contextlib.suppress(OSError):
                            other.settimeout(5)
                            other.recv(65536)  # the answer, which nobody will read
                    break
                other.sendall(data)
        _close(one)
        _close(other)

    def _is_enough(self) -> bool:
        with self._guard:
            if self.left is None:
                return False
            self.left = self.left - 1 if self.left else None
            return self.left is None


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextlib.contextmanager
def proxy(target: int) -> Iterator[Proxy]:
    made = Proxy(target)
    try:
        yield made
    finally:
        made.close()


def cut_everywhere(way: Proxy, run: Callable[[], object]) -> None:
    """Cut a run at each third message, until something of it stands: wherever that is, it is told that the server is lost."""
    for sent in itertools.count(step=3):
        way.left = sent
        with pytest.raises(UnreachableError) as caught:
            run()
        if caught.value.stands and not caught.value.stands.startswith("nothing"):
            break
    assert sent > 50, sent
