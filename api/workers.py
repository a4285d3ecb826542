"""Several processes on one port: they start together, are started again when they die, and stop together."""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from api.listening import BACKLOG

# For how long a process may be silent: until it serves, while it does, and once it has been told to stop.
_START_SECONDS, _SILENT_SECONDS, _STOP_SECONDS = 60.0, 30.0, 15.0
_LOOK_SECONDS = 1.0
_READ_BYTES = 64
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

log = structlog.get_logger()


class DidNotStart(Exception):
    """A process ended before it served, and the others were stopped: whoever started them may start all anew."""

    def __init__(self) -> None:
        super().__init__("A process of the server did not start: above stands why. All were stopped.")


def keep_workers(listeners: Sequence[socket.socket], *, started: Callable[[], object]) -> None:
    """Serve with a process for each socket until told to stop; `started` is called once all of them listen.

    Raises:
        DidNotStart: one of them cannot.
    """
    with selectors.DefaultSelector() as waiting:
        waiting.register(_signals(), selectors.EVENT_READ)
        _Workers(listeners, started, waiting).keep()


def beat(line: int) -> None:
    """Tell the parent, by its pipe, that this process serves; without a parent it stops."""
    try:
        os.write(line, b".")
    except BlockingIOError:
        pass  # a parent that is not looking has enough to read
    except BrokenPipeError:
        signal.raise_signal(signal.SIGTERM)


@dataclass(slots=True)
class _Worker:
    """A process that serves from one of the sockets; its pipe says that it does, and closes with its end."""

    listener: socket.socket
    process: subprocess.Popen[bytes]
    line: int
    deadline: float
    has_served: bool = False


class _Workers:
    """The processes, as their parent knows them."""

    def __init__(
        self, listeners: Sequence[socket.socket], started: Callable[[], object], waiting: selectors.BaseSelector
    ) -> None:
        self._listeners = listeners
        self._started = started
        self._waiting = waiting
        self._workers: dict[int, _Worker] = {}
        self._has_started = self._is_stopping = self._has_failed = False

    def keep(self) -> None:
        """Start all, and go on until none is left."""
        for listener in self._listeners:
            self._start(listener)
        while self._workers:
            for key, _ in self._waiting.select(_LOOK_SECONDS):
                heard = os.read(key.fd, _READ_BYTES)
                if key.fd not in self._workers:
                    self._stop()
                elif heard:
                    self._hear(self._workers[key.fd])
                else:
                    self._end(self._workers.pop(key.fd))
            for worker in self._workers.values():
                if worker.deadline < time.monotonic():
                    log.error("worker_silent", pid=worker.process.pid)
                    worker.process.kill()
        if self._has_failed:
            raise DidNotStart

    def _start(self, listener: socket.socket) -> None:
        line, end = os.pipe()
        os.set_blocking(end, False)
        process = subprocess.Popen(  # noqa: S603 - this program, anew
            [sys.executable, "-m", "api.serve", str(listener.fileno()), str(end)],
            pass_fds=(listener.fileno(), end),
            # What a terminal sends to all is handed on by the parent alone.
            process_group=0,
        )
        os.close(end)
        self._workers[line] = _Worker(listener, process, line, time.monotonic() + _START_SECONDS)
        self._waiting.register(line, selectors.EVENT_READ)

    def _hear(self, worker: _Worker) -> None:
        if self._is_stopping:
            return
        worker.deadline = time.monotonic() + _SILENT_SECONDS
        worker.has_served = True
        if not self._has_started:
            # Once one takes connections the kernel deals them out to all, or that one would get every follower.
            for listener in self._listeners:
                listener.listen(BACKLOG)
            self._has_started = all(each.has_served for each in self._workers.values())
            if self._has_started:
                self._started()

    def _end(self, worker: _Worker) -> None:
        self._waiting.unregister(worker.line)
        os.close(worker.line)
        code = worker.process.wait()
        if self._is_stopping:
            return
        log.error("worker_ended", pid=worker.process.pid, code=code)
        if worker.has_served:
            self._start(worker.listener)
        else:
            self._has_failed = True
            self._stop()

    def _stop(self) -> None:
        """Stop all, and take no connections that nobody would answer."""
        self._is_stopping = True
        for listener in self._listeners:
            listener.close()
        for worker in self._workers.values():
            worker.process.terminate()
            worker.deadline = time.monotonic() + _STOP_SECONDS


def _signals() -> int:
    """The end of a pipe from which the signals that stop a server can be read."""
    told, end = os.pipe()
    os.set_blocking(end, False)
    signal.set_wakeup_fd(end)
    for number in _SIGNALS:
        signal.signal(number, lambda *_: None)
    return told
