"""`python -m tests.fakes.holding FILE CONVERSATION`: holds a conversation's lock until it is killed."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from bot.workers.locks import WorkerLocks

if __name__ == "__main__":
    with WorkerLocks(Path(sys.argv[1])).hold(sys.argv[2], 5):
        print("held", flush=True)
        threading.Event().wait()
