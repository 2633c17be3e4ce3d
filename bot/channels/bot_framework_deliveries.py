"""Which messages are being answered or were: the connector sends one again when it thinks that it got lost."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Protocol

import redis

REMEMBERED = 3600  # seconds; the connector gives up much sooner


class Deliveries(Protocol):
    """Who may deliver the answer to a message: the first who asks."""

    def claim(self, key: str) -> bool:
        """Whether nobody claimed this message before."""
        ...

    def release(self, key: str) -> None:
        """It could not be delivered; let the next one try."""
        ...


class LocalDeliveries:
    """Claims within this process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._claimed: dict[str, float] = {}

    def claim(self, key: str) -> bool:
        """See `Deliveries.claim`."""
        now = time.monotonic()
        with self._guard:
            self._claimed = {name: since for name, since in self._claimed.items() if now - since < REMEMBERED}
            if key in self._claimed:
                return False
            self._claimed[key] = now
            return True

    def release(self, key: str) -> None:
        """See `Deliveries.release`."""
        with self._guard:
            self._claimed.pop(key, None)


class RedisDeliveries:
    """Claims that all replicas share. While Redis is away every message is delivered, at worst twice."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def claim(self, key: str) -> bool:
        """See `Deliveries.claim`."""
        try:
            return bool(self._client.set(f"delivery:{key}", "1", nx=True, ex=REMEMBERED))
        except redis.RedisError:
            return True

    def release(self, key: str) -> None:
        """See `Deliveries.release`."""
        with contextlib.suppress(redis.RedisError):
            self._client.delete(f"delivery:{key}")
