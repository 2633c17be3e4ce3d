"""How long it takes from an approval until every process of a running service answers the new way.

    python -m tests.bench.approval

Starts the service, with two workers unless told otherwise, and approves one revision of an entry after the other.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.knowledge_base.records import Content, Revision
from bot.knowledge_base.store import KnowledgeStore
from bot.settings import PROJECT, load_settings
from bot.terminal import open_knowledge
from tests.bot.serving import Serving, serving

PAGE, LABEL = "iso-20000-1-2011", "faq/guard_badges"
QUESTION, IN_CHINESE = "What colour is the badge of a datacenter guard?", "数据中心保安的工牌是什么颜色？"
_IN_A_ROW = 20  # answers of the new kind, each over a connection of its own, after which every process must have it
_PATIENCE = 120  # seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.approval", description=__doc__)
    parser.add_argument("--workers", default="2")
    parser.add_argument("--revisions", type=int, default=3)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "var").mkdir()
        (folder / "var" / "index").symlink_to(PROJECT / "var" / "index")
        settings = {"SECRET_KEY": "only-for-the-benchmark", "RATE_LIMIT": "off", "WORKERS": options.workers}
        with (
            serving(folder, "serve", module="bot", **settings) as service,
            open_knowledge(load_settings({"VAR_DIR": str(folder / "var"), **settings})) as store,
        ):
            for number in range(1, options.revisions + 1):
                first, every = taken(service, store, f"It is of colour {number}.")
                print(f"revision {number}: first new answer after {first:.1f} s, no old one after {every:.1f} s")


def taken(service: Serving, store: KnowledgeStore, answer: str) -> tuple[float, float]:
    """Seconds from the approval of an answer to the first reply with it, and to the last without it.

    Raises:
        TimeoutError: some process still answers the old way.
    """
    approved = time.monotonic()
    approve(store, content(answer))
    first, last_old, in_a_row = 0.0, 0.0, 0
    while in_a_row < _IN_A_ROW:
        is_new = answer in service.post("/api/messages", {"text": QUESTION})["text"]
        now = time.monotonic() - approved
        if now > _PATIENCE:
            raise TimeoutError(f"no process should answer the old way after {_PATIENCE} s")
        if is_new:
            first, in_a_row = first or now, in_a_row + 1
        else:
            last_old, in_a_row = now, 0
        time.sleep(0.05)
    return first, last_old


def content(answer: str, **more: object) -> Content:
    """An entry with that answer. Args: more: what else it has, or has instead."""
    given = {
        "questions": {"zh": (IN_CHINESE,), "en": (QUESTION, "guard badge colour")},
        "answer": {"zh": f"{answer}（中文）", "en": answer},
        **more,
    }
    return Content(**given)  # type: ignore[arg-type]


def approve(store: KnowledgeStore, what: Content, label: str = LABEL) -> Revision:
    """Write it, and have somebody else approve it."""
    draft = store.begin("ann", PAGE, label, what)
    store.propose("ann", draft.id, what.digest)
    return store.approve("bob", draft.id, what.digest)


if __name__ == "__main__":
    main()
