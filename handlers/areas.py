"""Areas inside what somebody wrote, taken only where the words are sure."""

import re
from dataclasses import dataclass
from decimal import Decimal

from handlers.request import Call
from handlers.sentences import words_of
from text.grammar.pieces import Kind, Piece, cut

_UNSURE_BEFORE = re.compile(r"(?:[-−－负减近约]|大概)\s*$")
_UNSURE_BEHIND = re.compile(r"\s*(?:左右|上下)")
_OF_FARMLAND = re.compile(r"\s*(?:的|of\s)?\s*(?:永久)?(?:基本农田|耕地|farmland)")


@dataclass(frozen=True, kw_only=True)
class Areas:
    """The area that words say, and how much of it is farmland, in mu; ``doubtful`` holds the words of an unsure one."""

    area: Decimal = Decimal(0)
    farmland: Decimal = Decimal(0)
    doubtful: str = ""


def said_areas(call: Call, text: str) -> Areas:
    """Read 3亩, 3亩耕地, 10亩(其中耕地3亩); several areas, 约3亩 and -3亩 are doubtful."""
    pieces = [piece for piece in cut(text, words_of(call)) if piece.kind in (Kind.AREA, Kind.FARMLAND)]
    whole = [piece for piece in pieces if piece.kind == Kind.AREA]
    farmland = [piece for piece in pieces if piece.kind == Kind.FARMLAND]
    if not pieces:
        return Areas()
    if max(len(whole), len(farmland)) > 1 or not all(_is_sure(piece, text) for piece in pieces):
        first = pieces[0]
        return Areas(doubtful=text[max(0, first.start - 1) : first.end].strip())
    if whole and not farmland and _OF_FARMLAND.match(text, whole[0].end):
        farmland = whole
    areas = [one[0].value.mu if one else Decimal(0) for one in (whole or farmland, farmland)]
    return Areas(area=areas[0], farmland=areas[1] if areas[1] <= areas[0] else Decimal(0))


def _is_sure(piece: Piece, text: str) -> bool:
    reading = piece.value
    is_plain = reading.mu is not None and not reading.approximate and not reading.is_addition
    return is_plain and not _UNSURE_BEFORE.search(text, 0, piece.start) and not _UNSURE_BEHIND.match(text, piece.end)
