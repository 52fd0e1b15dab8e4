"""Region names as people write them: exact first, and otherwise the nearest ones to choose from."""

from text.regions.gazetteer import SURE_LEAD, SURE_SCORE, Gazetteer, Match, Place, gazetteer
from text.regions.names import key, short_name, spellings

__all__ = [
    "SURE_LEAD", "SURE_SCORE", "Gazetteer", "Match", "Place", "gazetteer", "key", "short_name", "spellings",
]  # fmt: skip
