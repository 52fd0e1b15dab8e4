"""docs/states.md says the table of a duty's life as people read it; here it is made from the table, and compared.

To write it anew: ``UPDATE_DOCS=1 pytest tests/test_states_doc.py``.
"""

import os
from pathlib import Path

from db.models import OPEN, Status
from rules.steps import OPTIONAL, STEPS, Audience, Need, Role, Step
from text.reply import LANGUAGES, STATUS_WORDS, speech
from text.step_words import AUDIENCE_WORDS, DONE_SAID, NEED_WORDS, ROLE_WORDS

DOC = Path(__file__).parent.parent / "docs" / "states.md"
HEADS = {
    "zh": ("步骤", "命令", "从", "到", "由谁", "需要", "告知"),
    "en": ("step", "command", "from", "to", "by whom", "needs", "told"),
}
ANY_OPEN = {"zh": "在办", "en": "open"}
BACK = {"zh": "原来的状态", "en": "where it was"}


def said(language: str, words: str) -> str:
    return speech(language).word(words)


def row(step: Step, language: str) -> str:
    is_any_open = set(OPEN) <= set(step.moves)
    sources = [source for source in step.moves if not (is_any_open and source in OPEN)]
    statuses = [ANY_OPEN[language]] * is_any_open + [said(language, STATUS_WORDS[source]) for source in sources]
    ends = {said(language, STATUS_WORDS[target]) if target else BACK[language] for target in step.moves.values()}
    stays = bool(step.moves) and all(source == target for source, target in step.moves.items())
    cells = (
        said(language, DONE_SAID[step.kind]) + (" *" if step.name in OPTIONAL else ""),
        f"`/{step.command or step.name}`",
        ("、" if language == "zh" else ", ").join(statuses or ["—"]),
        "=" if stays else " / ".join(sorted(ends)) or said(language, STATUS_WORDS[Status.NOT_STARTED]),
        " / ".join(said(language, ROLE_WORDS[role]) for role in step.who),
        " / ".join(said(language, NEED_WORDS[need]) for need in step.needs) or "—",
        " / ".join(said(language, AUDIENCE_WORDS[one]) for one in step.tells) or "—",
    )
    return "| " + " | ".join(cells) + " |"


def table(language: str) -> str:
    head = HEADS[language]
    return "\n".join(
        ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *(row(one, language) for one in STEPS)]
    )


def diagram() -> str:
    """The moves that change the state, for a reader of pictures."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> not_started: assign"]
    for step in STEPS:
        for source, target in step.moves.items():
            if source != target:
                lines.append(f"    {source.value} --> {target.value if target else 'in_progress'}: {step.name}")
    return "\n".join([*lines, "```"])


def document() -> str:
    return f"""# 一件事项的一生 / The life of a duty

由 tests/test_states_doc.py 从 `rules/steps.py` 生成，过时则测试不通过。
带 * 的步骤由办公室在 `[steps] stations` 里选用；没选用“销号”时，验收通过即销号。
退回、恢复时，县里等候的天数顺延到时限里。“在办”是县里还要办的各状态。

{table("zh")}

Made by that test from `rules/steps.py`; it fails when this page is stale.
A step with * is one of the stations that an office chooses in `[steps] stations`; without "close", acceptance closes.
When a duty is returned or resumed, the days for which the county had to wait are added to its deadline.
"=": the state stays; "open": the states in which the county has to act.

{table("en")}

{diagram()}
"""


def test_the_page_of_states_is_fresh() -> None:
    made = document()
    if os.environ.get("UPDATE_DOCS"):
        DOC.write_text(made, encoding="utf-8")
    assert DOC.read_text(encoding="utf-8") == made, "UPDATE_DOCS=1 pytest tests/test_states_doc.py, and read the change"


def test_every_role_need_and_audience_has_its_words_in_both_languages() -> None:
    for words in (ROLE_WORDS, NEED_WORDS, AUDIENCE_WORDS):
        for word in words.values():
            assert {said(language, word) for language in LANGUAGES} != {word}, word
    assert (set(ROLE_WORDS), set(NEED_WORDS), set(AUDIENCE_WORDS)) == (set(Role), set(Need), set(Audience))
