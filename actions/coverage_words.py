"""The sentences of a coverage answer, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from actions.standing import Standing
from actions.wording import listing, spaced
from index.knowledge import Page


def coverage_words(page: Page, standings: Sequence[Standing], language: str) -> str:
    """One sentence for all that is listed, then one for each other way a service can stand."""
    of = _ZH if language == "zh" else _EN
    text = "".join if language == "zh" else " ".join
    parts = []
    for relation, sentences in of.items():
        group = [standing for standing in standings if standing.relation == relation]
        if group:
            parts.extend(sentences(page, group))
    return spaced(text(parts)) if language == "zh" else text(parts)


Sentences = Callable[[Page, Sequence[Standing]], list[str]]


def _asked(group: Sequence[Standing], language: str) -> str:
    return listing([standing.asked for standing in group], language)


def _listed_en(page: Page, group: Sequence[Standing]) -> list[str]:
    verb = "is" if len(group) == 1 else "are"
    return [f"Yes, {_asked(group, 'en')} {verb} on the page's list of in-scope services for {page.standard.name}."]


def _listed_zh(page: Page, group: Sequence[Standing]) -> list[str]:
    return [f"是的，{_asked(group, 'zh')}已列入 {page.standard.name} 页面的范围内服务列表。"]


def _renamed_en(page: Page, group: Sequence[Standing]) -> list[str]:
    return [
        f"Yes, under an earlier name: {s.asked} appears on the page's in-scope list for {page.standard.name} "
        f"as {s.name('en')}."
        for s in group
    ]


def _renamed_zh(page: Page, group: Sequence[Standing]) -> list[str]:
    return [
        f"是的，它以旧名列出：{s.asked}在 {page.standard.name} 页面的范围内服务列表中写作“{s.name('zh')}”。"
        for s in group
    ]


def _part_en(page: Page, group: Sequence[Standing]) -> list[str]:
    whole = group[0].name("en")
    verb = "is" if len(group) == 1 else "are"
    return [
        f"The page lists {whole} as a whole for {page.standard.name}; {_asked(group, 'en')} {verb} not named "
        f"separately there.",
        f"Which parts of {whole} are in scope is shown behind the list's own link and in the certificate.",
    ]


def _part_zh(page: Page, group: Sequence[Standing]) -> list[str]:
    whole = group[0].name("zh")
    return [
        f"页面把 {whole} 整体列入 {page.standard.name} 的范围，没有单独写出{_asked(group, 'zh')}。",
        f"{whole} 的哪些部分在范围内，请查看列表中的链接和证书。",
    ]


def _near_en(page: Page, group: Sequence[Standing]) -> list[str]:
    return [
        f"{s.asked} is not listed on this page by that name. The page's in-scope list for {page.standard.name} "
        f"has {s.name('en')}, which need not be the same offering; the certificate has the details."
        for s in group
    ]


def _near_zh(page: Page, group: Sequence[Standing]) -> list[str]:
    return [
        f"页面上没有列出{s.asked}这个名称。{page.standard.name} 的范围内列表中有 {s.name('zh')}，"
        f"两者不一定是同一项服务，详情请查看证书。"
        for s in group
    ]


def _suite_en(page: Page, group: Sequence[Standing]) -> list[str]:
    return [
        f"{s.asked} is not listed on this page by that name. Of what belongs to it, the page's in-scope list for "
        f"{page.standard.name} has {s.name('en')}."
        for s in group
    ]


def _suite_zh(page: Page, group: Sequence[Standing]) -> list[str]:
    return [
        f"页面上没有列出{s.asked}这个名称。其中的 {s.name('zh')}已列入 {page.standard.name} 的范围内服务列表。"
        for s in group
    ]


def _unlisted_en(page: Page, group: Sequence[Standing]) -> list[str]:
    verb = "is" if len(group) == 1 else "are"
    return [
        f"{_asked(group, 'en')} {verb} not listed on this page among the in-scope services for {page.standard.name}.",
        "The page says nothing beyond its own list, so please check the certificate for the exact scope.",
    ]


def _unlisted_zh(page: Page, group: Sequence[Standing]) -> list[str]:
    return [
        f"{_asked(group, 'zh')}未列在本页面的 {page.standard.name} 范围内服务列表中。",
        "页面只说明它列出的服务，确切范围请以证书为准。",
    ]


_EN: dict[str, Sentences] = {
    "listed": _listed_en, "renamed": _renamed_en, "part": _part_en, "suite": _suite_en,
    "near": _near_en, "unlisted": _unlisted_en,
}  # fmt: skip
_ZH: dict[str, Sentences] = {
    "listed": _listed_zh, "renamed": _renamed_zh, "part": _part_zh, "suite": _suite_zh,
    "near": _near_zh, "unlisted": _unlisted_zh,
}  # fmt: skip
