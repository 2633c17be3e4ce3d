"""Importing entries: the page to choose a file on, and what a file leads to."""

from __future__ import annotations

from collections.abc import Callable
from unittest import mock

import numpy as np
from playwright.sync_api import expect

from bot.assistant.protocol import Reply
from bot.transcripts.review import knowledge_import
from tests.browser.staff import Staff

SETTINGS: dict[str, str] = {}

HEAD = "条目,中文问题,英文问题,中文回答,英文回答\n"
BADGE = ',"工牌是什么颜色？\n工牌呢？",What colour is the badge?,保安的工牌是蓝色的。,The guard\'s badge is blue.\n'
PARKING = ",访客可以在哪里停车？,Where can visitors park?,访客可以停在东门旁边。,Visitors park beside the east gate.\n"
WRONG = ",食堂几点开门？,When does the canteen open?,,=A1\nFAQ,一？,One?,一。,One.\n" + BADGE.replace(
    ",", "faq/other,", 1
)


class Apart:
    """Embeddings by which no two texts are alike."""

    def encode_queries(self, texts: list[str]) -> np.ndarray:
        """Unit vectors float32 `(n, n)`."""
        return np.eye(len(texts), dtype=np.float32)


def choosing(staff: Staff) -> None:
    """Before a file is chosen."""
    staff.sign_in("reviewer").open("/knowledge/import")


def right(staff: Staff) -> None:
    """A file without faults, one question of which is answered today."""
    answers = Reply("…", "zh", True, "standard", 0.9, evidence={"label": "standard/what"})
    staff.service.assistant.replies["访客可以在哪里停车？"] = answers
    upload(staff.sign_in("reviewer"), HEAD + BADGE + PARKING)


def wrong(staff: Staff) -> None:
    """A file with faults, duplicates among them."""
    upload(staff.sign_in("reviewer"), HEAD + BADGE + WRONG)


def unreadable(staff: Staff) -> None:
    """A file that is none."""
    choosing(staff)
    choose(staff, b"PK nothing", "entries.xlsx")
    expect(staff.page.get_by_role("alert")).to_be_visible()


STATES: tuple[Callable[[Staff], None], ...] = (choosing, right, wrong, unreadable)


def upload(staff: Staff, text: str) -> None:
    """Choose a file on the page, and read what its dry run says."""
    staff.open("/knowledge/import")
    with mock.patch.object(knowledge_import, "open_encoder", Apart):
        choose(staff, text.encode("utf-8-sig"), "entries.csv")
        heading = staff.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(staff.say("import_result", name="entries.csv"))


def choose(staff: Staff, content: bytes, name: str) -> None:
    """Choose a file and have it checked."""
    staff.field("import_file").set_input_files({"name": name, "mimeType": "", "buffer": content})
    staff.button("import_check").click()
