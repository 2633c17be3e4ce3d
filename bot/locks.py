"""One message at a time in each conversation, in the order in which they came."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

import redis


class ConversationBusy(Exception):
    """An earlier message of the conversation was not answered in time, or the lock server does not answer."""


class ConversationLocks(Protocol):
    """Hands out one lock a conversation."""

    def hold(self, conversation: str, timeout: float) -> AbstractContextManager[None]:
        """Hold a conversation's lock; wait for it at most `timeout` seconds.

        Raises:
            ConversationBusy: the lock was not free in time.
        """
        ...


class LocalLocks:
    """Locks within this process, handed on first come, first served."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queues: dict[str, deque[threading.Event]] = {}

    @contextlib.contextmanager
    def hold(self, conversation: str, timeout: float) -> Iterator[None]:
        """See `ConversationLocks.hold`."""
        turn = self._join(conversation)
        try:
            if not turn.wait(timeout):
                raise ConversationBusy(conversation)
            yield
        finally:
            self._leave(conversation, turn)

    def _join(self, conversation: str) -> threading.Event:
        turn = threading.Event()
        with self._guard:
            queue = self._queues.setdefault(conversation, deque())
            queue.append(turn)
            if len(queue) == 1:
                turn.set()
        return turn

    def _leave(self, conversation: str, turn: threading.Event) -> None:
        with self._guard:
            queue = self._queues[conversation]
            queue.remove(turn)
            if queue:
                queue[0].set()
            else:
                del self._queues[conversation]


class RedisLocks:
    """Locks that all replicas share.

    A replica that dies holding one leaves it to expire, `lease` seconds after it was taken.
    """

    def __init__(self, client: redis.Redis, lease: float) -> None:
        """Args: lease: seconds, longer than any answer takes."""
        self._client = client
        self._lease = lease

    @contextlib.contextmanager
    def hold(self, conversation: str, timeout: float) -> Iterator[None]:
        """See `ConversationLocks.hold`."""
        lock = self._client.lock(
            f"conversation:{conversation}", timeout=self._lease, blocking_timeout=timeout, sleep=0.02
        )
        try:
            taken = lock.acquire()
        except redis.RedisError as error:
            raise ConversationBusy(conversation) from error
        if not taken:
            raise ConversationBusy(conversation)
        try:
            yield
        finally:
            # It may have expired, or Redis be gone; the turn is stored all the same.
            with contextlib.suppress(redis.RedisError):
                lock.release()
