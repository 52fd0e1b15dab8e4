"""Telegram's HTML subset becomes text and entities."""

import pytest

from rehearsal.markup import parse_html, trimmed
from rehearsal.words import found_entities


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("没有标记", "没有标记", []),
        ("<b>澜东区</b> 12", "澜东区 12", [("bold", 0, 3)]),
        ("<strong>a</strong><em>b</em><ins>c</ins><del>d</del>", "abcd",
         [("bold", 0, 1), ("italic", 1, 1), ("underline", 2, 1), ("strikethrough", 3, 1)]),
        ("👍<i>好</i>", "👍好", [("italic", 2, 1)]),
        ("<b>甲<i>乙</i></b>", "甲乙", [("bold", 0, 2), ("italic", 1, 1)]),
        ("&lt;b&gt; &amp; &quot;&#20137;&#x4ea9;", '<b> & "亩亩', []),
        ("&nbsp;&copy; A&B &", "&nbsp;&copy; A&B &", []),
        ('<span class="tg-spoiler">密</span>', "密", [("spoiler", 0, 1)]),
        ("<tg-spoiler>密</tg-spoiler>", "密", [("spoiler", 0, 1)]),
        ("<blockquote>甲</blockquote>", "甲", [("blockquote", 0, 1)]),
        ("<blockquote expandable>甲</blockquote>", "甲", [("expandable_blockquote", 0, 1)]),
        ("<B CLASS=x>甲</B>", "甲", [("bold", 0, 1)]),
        ("<a href='nowhere'>甲</a><b></b>", "甲", []),
    ],
)  # fmt: skip
def test_html_becomes_text_and_entities(html, text, entities):
    parsed, found = parse_html(html)
    assert (parsed, [(e["type"], e["offset"], e["length"]) for e in found]) == (text, entities)


def test_a_link_keeps_its_decoded_address():
    assert parse_html('<a href="https://a.cn/?x=1&amp;y=2">链接</a>')[1] == [
        {"type": "text_link", "offset": 0, "length": 2, "url": "https://a.cn/?x=1&y=2"}
    ]


def test_code_inside_pre_names_the_language():
    assert parse_html('<pre><code class="language-sql">select 1</code></pre>')[1] == [
        {"type": "pre", "offset": 0, "length": 8, "language": "sql"}
    ]


def test_white_space_at_the_ends_is_cut_but_not_into_the_first_entity():
    text, entities = parse_html("  <pre>  12\n 3</pre> \n")
    assert trimmed(text, entities) == ("  12\n 3", [{"type": "pre", "offset": 0, "length": 7}])


def test_commands_mentions_and_links_are_marked():
    text = "👍 /status@duban_bot 问@duban_bot @duban_bot https://a.cn/x，/due澜东区"
    assert [(e["type"], e["offset"], e["length"]) for e in found_entities(text, [])] == [
        ("bot_command", 3, 17),
        ("mention", 33, 10),
        ("url", 44, 14),
    ]


def test_nothing_is_marked_inside_code():
    text, entities = parse_html("<code>/done 1</code> /done")
    assert [e["type"] for e in found_entities(text, entities)] == ["code", "bot_command"]
