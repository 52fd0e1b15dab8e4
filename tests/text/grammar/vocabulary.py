"""An office's words for the tests of the grammar: two counties, a kind of duty, an official."""

import re
from datetime import datetime

from rules.calendar import Calendar
from text.deadlines import Reader
from text.grammar import Place, Words

NAMES = {"北山": "北山县", "澜东": "澜东区", "landong": "澜东区", "beishan": "北山县"}
NOW = datetime(2026, 11, 18, 9)


def places(sentence: str) -> list[Place]:
    found = re.finditer("|".join(f"{name}[县区]?" for name in NAMES), sentence.lower())
    return [Place(one.start(), one.end(), (NAMES[one[0].rstrip("县区")],)) for one in found]


WORDS = Words(
    places=places, kinds={"DC", "WF"}, streams={"督察": "inspection", "矿山": "mine"}, people=("马景民",),
    reader=Reader(Calendar()), now=NOW,
)  # fmt: skip
