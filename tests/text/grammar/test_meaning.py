"""What sentences mean, and that nothing but a plain report is sure to be one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.grammar.vocabulary import WORDS
from text.grammar import Meant, understand
from text.grammar.meaning import RULES

REPORTS = ("done", "progress")
AGAINST = (
    "没", "还没", "明天", "争取", "听说", "他说", "如果", "吗？", "能不能", "请尽快", "周五前", "准备", "应该", "可能",
    "差不多",
    "not ", "maybe ", "he says ", "will be ", "almost ",
)  # fmt: skip


def meant(said: str, *, quotes: bool = False) -> Meant:
    return understand(said, WORDS, quotes=quotes, may_assign=True)[0]


@pytest.mark.parametrize(("example", "_rule"), RULES, ids=[example for example, _rule in RULES])
def test_each_rule_fits_its_own_example_and_none_before_it(example: str, _rule: object) -> None:
    assert understand(example, WORDS, may_assign=True)
    heard = [rule for said, rule in RULES if said == example]
    assert heard == [_rule]


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("DC-2026-004搞完了", "done"),
        ("004和007搞完了", "done"),
        ("剩下的20亩都搞完了 DC-2026-004", "done"),
        ("DC-2026-004又整改了20亩", "progress"),
        ("澜东怎么样了", "status"),
        ("北山超期的有哪些", "overdue"),
        ("这周五能完成吗", "due"),
        ("我手上还有什么", "mine"),
        ("哪个县最慢", "rank"),
        ("澜东谁负责", "who"),
        ("DC-2026-004为什么亮红灯", "why"),
        ("DC-2026-004延期到12月20日，因为下雨", "extend"),
        ("北山12月底前把3号图斑那20亩整改到位", "assign"),
        ("刚才报错了", "undo"),
        ("DC-2026-004完成了吗", "duty"),
        ("how is Landong doing", "status"),
        ("DC-2026-004 is done", "done"),
    ],
)
def test_what_is_plain_is_sure(said: str, command: str) -> None:
    one = meant(said)
    assert (one.command, one.sure) == (command, True)


@pytest.mark.parametrize("against", AGAINST)
@pytest.mark.parametrize("said", ["DC-2026-004搞完了", "DC-2026-004整改了20亩"])
def test_a_word_against_it_makes_a_report_unsure(said: str, against: str) -> None:
    for sentence in (f"{against}{said}", f"{said}{against}"):
        for one in understand(sentence, WORDS, may_assign=True):
            assert not (one.command in REPORTS and one.sure), sentence


def test_of_three_duties_two_are_not_all() -> None:
    three = "DC-2026-001、DC-2026-002、DC-2026-003"
    assert meant(f"{three}三个都完成了").sure
    assert not meant(f"{three}完成了两个").sure
    assert not meant(f"{three}完成了2件").sure


@given(st.text(alphabet="的了完成整改搞好到位没吗他说明天北山澜东亩一半都全部请把将DCWF abcdone", max_size=40))
def test_without_a_digit_and_a_quoted_duty_no_duty_is_named(said: str) -> None:
    for one in understand(said, WORDS, may_assign=True):
        assert one.numbers == ()


@given(
    st.sampled_from(["DC-2026-004搞完了", "004和007搞完了", "DC-2026-004整改了20亩"]),
    st.text(alphabet="甲乙丙丁戊己庚辛", min_size=2),
)
def test_unknown_words_beside_a_report_make_it_unsure(report: str, unknown: str) -> None:
    for one in understand(f"{unknown}，{report}", WORDS):
        assert not (one.command in REPORTS and one.sure)
