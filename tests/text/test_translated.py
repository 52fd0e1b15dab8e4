"""What a template says is the same whether it is translated as it is compiled or each time it is said."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import jinja2
import pytest
from markupsafe import Markup, escape

from rules.lights import Light
from text.reply import HARMLESS, LANGUAGES, speech
from text.translated import translator

ENGLISH = {
    "超期%(count)s件": "%(count)s overdue, all %(count)s",
    "完成100%%（%(who)s）": "%(who)s: 100%% done",
    "好": "<b>Good</b>",
    "在%(a)s": "%(a)s",
}


def environment(*, translates: bool) -> jinja2.Environment:
    made = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    if translates:
        made.code_generator_class = translator(lambda msgid: ENGLISH.get(msgid, msgid))
    made.globals["_"] = lambda msgid, **facts: Markup(
        ENGLISH.get(msgid, msgid) % {k: escape(v) for k, v in facts.items()}
    )
    return made


@pytest.mark.parametrize(
    "template",
    [
        '{{ _("好") }}', '{{ _("好") }}{{ _("没有") }} x', '{{ _("超期%(count)s件", count=n + 1) }}',
        '{{ _("完成100%%（%(who)s）", who=who) }}', '{{ _("完成100%%（%(who)s）", who=who|upper) }}',
        '{{ _("在%(a)s", a=_("好")) }}', '{{ _("在%(a)s", a=none) }}', '{% set x = _("好") %}{{ x }}',
        '{% if _("好") %}{{ _(word) }}{% endif %}', '{% macro m(a) %}{{ _("在%(a)s", a=a) }}{% endmacro %}{{ m(who) }}',
        '{% for one in [1, 2] %}{{ _("超期%(count)s件", count=one) }}{% endfor %}', '{{ _(word, **{}) }}',
    ],
)  # fmt: skip
def test_it_says_the_same(template: str) -> None:
    facts: dict[str, Any] = {"n": 3, "who": "<马> & 张", "word": "好"}
    then, now = (environment(translates=so).from_string(template).render(facts) for so in (True, False))
    assert then == now
    assert "<马>" not in then


def test_a_sentence_without_its_fact_is_an_error_as_ever() -> None:
    with pytest.raises(jinja2.UndefinedError):
        environment(translates=True).from_string('{{ _("在%(a)s", a=nobody) }}').render()


def test_words_are_translated_once_and_not_each_time_they_are_said() -> None:
    asked: list[str] = []
    made = jinja2.Environment(autoescape=True)

    def translate(msgid: str) -> str:
        asked.append(msgid)
        return msgid

    made.code_generator_class = translator(translate)
    template = made.from_string('{{ _("好") }} {{ _("在%(a)s", a=a) }}')
    assert [template.render(a=n) for n in range(3)] == ["好 在0", "好 在1", "好 在2"]
    assert asked == ["好", "在%(a)s"]


def test_what_a_harmless_filter_says_is_not_escaped_and_all_else_is() -> None:
    made = jinja2.Environment(autoescape=True)
    made.code_generator_class = translator(str, {"area"})
    made.filters |= {"area": lambda value: f"<{value}>", "other": lambda value: f"<{value}>"}
    template = made.from_string("{{ n|area }} {{ n|other }} {{ n|area|other }} {{ n|other|area }} {{ '<' }}")
    assert template.render(n=3) == "<3> &lt;3&gt; &lt;&lt;3&gt;&gt; <<3>> &lt;"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_filters_that_are_called_harmless_say_no_markup(language: str) -> None:
    filters = speech(language).environment.filters
    said = [filters["area"](value) for value in (0, Decimal("1.5"), Decimal("-0.0001"))]
    said += [filters["percent"](rate) for rate in (None, Decimal(0), Decimal("99.99"))]
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]
    said += [filters[name](day) for name in ("day", "weekday") for day in days]
    said += [filters["light"](light) for light in Light]
    said += [filters["bar"](Decimal(done), Decimal(claimed)) for done in range(101) for claimed in (0, 50, 100)]
    assert {"area", "percent", "day", "weekday", "light", "bar"} == HARMLESS
    assert all(type(one) is str and str(escape(one)) == one for one in said)
