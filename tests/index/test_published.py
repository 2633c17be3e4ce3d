"""Markdown of published pages as blocks of text in one or two languages."""

from pathlib import Path

import pytest

from index.errors import InvalidPage
from index.published import LinkUse, merged, read_document

DATA = Path(__file__).parent / "data"


def pair(zh, en):
    """A side-by-side sentence."""
    return f'<span data-ttu-id="1">{zh}</span><span class="sxs-lookup"><span data-stu-id="1">{en}</span></span>'


def read(body, **front):
    head = "".join(f"{name}: {value}\n" for name, value in {"ms.contentlocale": "zh-CN", **front}.items())
    return read_document(f"---\n{head}---\n{body}")


def texts(body):
    return [(block.kind, block.text["zh"], block.text["en"]) for block in read(body).blocks]


class TestSideBySide:
    def test_the_two_languages_are_told_apart(self):
        document = read(pair("证书", "Certificate"))
        assert document.languages == ("zh", "en")
        assert document.blocks[0].text == {"zh": "证书", "en": "Certificate"}

    def test_chinese_sentences_join_without_a_gap_and_english_ones_with_one(self):
        body = f"{pair('是。', 'Yes.')} {pair('见 ISO 9001。', 'See ISO 9001.')}"
        assert texts(body) == [("paragraph", "是。见 ISO 9001。", "Yes. See ISO 9001.")]

    def test_text_outside_the_marks_is_in_both(self):
        assert texts(f"{pair('证书', 'Certificate')} 42") == [("paragraph", "证书 42", "Certificate 42")]

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(f"[{pair('证书', 'Certificate')}](https://contoso.example/c)", id="around-both"),
            pytest.param(
                pair("[证书](https://contoso.example/c)", "[Certificate](https://contoso.example/c)"),
                id="inside-each",
            ),
        ],
    )
    def test_a_link_of_both_languages_is_one_link(self, body):
        expected = LinkUse({"zh": "证书", "en": "Certificate"}, "https://contoso.example/c")
        assert read(body).blocks[0].links == (expected,)

    def test_links_pair_by_address_whatever_their_order(self):
        body = pair(
            "[甲](https://a.example)和[乙](https://b.example)", "[B](https://b.example), [A](https://a.example)"
        )
        titles = [link.title for link in read(body).blocks[0].links]
        assert titles == [{"zh": "甲", "en": "A"}, {"zh": "乙", "en": "B"}]

    def test_a_link_that_one_language_lacks_is_kept(self):
        links = read(pair("没有链接", "[here](https://a.example)")).blocks[0].links
        assert links == (LinkUse({"en": "here"}, "https://a.example"),)

    def test_a_stray_end_of_a_span_is_passed(self):
        assert texts(f"{pair('报告', 'Report')}</span>") == [("paragraph", "报告", "Report")]

    def test_a_table_row_reads_as_one_line_and_its_head_is_left_out(self):
        body = f"| {pair('头', 'Head')} | b |\n|---|---|\n| {pair('甲', 'A')} | {pair('乙', 'B')} |"
        assert texts(body) == [("row", "甲: 乙", "A: B")]

    def test_a_bold_paragraph_is_told_from_one_with_bold_in_it(self):
        blocks = read(f"{pair('**为何？**', '**Why?**')}\n\n{pair('**是**的', '**Yes**, so')}").blocks
        assert [block.strong for block in blocks] == [True, False]


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("http://a.example/x", "https://a.example/x"),
        ("/azure/thing", "https://learn.microsoft.com/azure/thing"),
        ("offering-soc.md#part", "https://learn.microsoft.com/compliance/regulatory/offering-soc#part"),
    ],
)
def test_addresses_are_absolute_and_https(href, url):
    assert read(pair(f"[证书]({href})", f"[C]({href})")).blocks[0].links[0].url == url


@pytest.mark.parametrize("href", ["#below", "mailto:me@a.example"])
def test_what_is_no_web_address_is_no_link(href):
    block = read(pair(f"[证书]({href})", f"[C]({href})")).blocks[0]
    assert (block.links, block.text["en"]) == ((), "C")


class TestOneLanguage:
    @pytest.mark.parametrize(("name", "language"), [("tea.en.md", "en"), ("tea.zh-cn.md", "zh")])
    def test_a_plain_page_has_its_language(self, name, language):
        document = read_document((DATA / name).read_text(encoding="utf-8"))
        assert document.languages == (language,)

    def test_chinese_is_told_without_a_locale(self):
        assert read_document("# 标准\n\n这是一个标准 (standard)。").languages == ("zh",)

    def test_two_pages_that_are_built_alike_become_one(self):
        zh, en = (read_document((DATA / f"tea.{name}.md").read_text(encoding="utf-8")) for name in ("zh-cn", "en"))
        both = merged(zh, en)
        assert both.blocks[0].text == {"zh": "茶叶安全法 (TSA)", "en": "Tea Safety Act (TSA)"}
        assert [link.title for block in both.blocks for link in block.links] == [{"zh": "杯子", "en": "Cup"}]

    @pytest.mark.parametrize(
        ("en", "message"),
        [
            pytest.param("# The title\n\n- an item of the list", "line 3 has a paragraph .* a item", id="kind"),
            pytest.param("# The title\n\nOne of\n\nthe many", "2 and 3 blocks", id="length"),
            pytest.param("# 标题\n\n一段", "neither is in en", id="language"),
        ],
    )
    def test_two_pages_that_differ_are_refused(self, en, message):
        with pytest.raises(InvalidPage, match=message):
            merged(read_document("# 标题\n\n一段文字"), read_document(en))


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        pytest.param("", "line 1: the page has no text", id="empty"),
        pytest.param("---\ntitle: x\n", "line 1: the front matter has no end", id="front-matter-open"),
        pytest.param("---\na: b\nc: [\n---\n# x", "line [34]: the front matter is not YAML", id="front-matter-yaml"),
        pytest.param("---\n- a\n---\n# x", "line 2: the front matter is not a table", id="front-matter-list"),
        pytest.param(
            "---\nms.contentlocale: de-DE\n---\n# Titel",
            "the page is in de-DE; only zh and en",
            id="german-by-its-locale",
        ),
        pytest.param("# Titel\n\nDas ist ein Text.", "only zh and en", id="german-by-its-words"),
        pytest.param(
            f"---\nms.contentlocale: zh-CN\n---\n# {pair('标题', 'Title')}\n\n<span data-ttu-id='2'>没有结尾",
            "line 6: a <span> is not closed",
            id="span-open",
        ),
        pytest.param(
            f"---\nms.contentlocale: zh-CN\n---\n# {pair('标题', 'Title')}\n\n<span data-ttu-id='2'>只有中文</span>",
            "line 6: there is no en text",
            id="half-a-pair",
        ),
    ],
)
def test_a_malformed_page_is_refused_with_its_line(markdown, message):
    with pytest.raises(InvalidPage, match=message):
        read_document(markdown)
