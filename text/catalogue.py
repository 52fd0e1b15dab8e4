"""The English of every Chinese sentence: ``python -m text.catalogue`` collects new ones, ``--check`` fails on a gap."""

import gettext
import sys
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

HOME = Path(__file__).parent
METHODS = [("templates/**.j2", "jinja2.ext:babel_extract"), ("**.py", "python")]
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "N_": None}


class Words(gettext.NullTranslations):
    """A catalogue in memory: Chinese in, the other language out."""

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__()
        self._words = words

    def gettext(self, message: str) -> str:
        """Translate; a sentence that has no translation stays Chinese rather than vanish."""
        return self._words.get(message, message)


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; Chinese is what the templates are written in."""
    if language == "zh":
        return gettext.NullTranslations()
    return Words({str(m.id): str(m.string) for m in _stored(language) if m.id and m.string})


def _path(language: str) -> Path:
    return HOME / "locale" / f"{language}.po"


def _stored(language: str) -> Catalog:
    if not _path(language).exists():
        return Catalog(locale=language)
    with _path(language).open("rb") as file:
        return read_po(file, locale=language)


def collect() -> Catalog:
    """Find every sentence that templates and code say."""
    catalogue = Catalog()
    for folder in (HOME, HOME.parent / "handlers", HOME.parent / "scheduler", HOME.parent / "bot"):
        found = extract_from_dir(
            folder, METHODS, options_map={"templates/**.j2": {"trimmed": "true"}}, keywords=KEYWORDS, comment_tags=()
        )
        for name, _line, message, _comments, _context in found:
            catalogue.add(message, locations=[(f"{folder.name}/{name}", 0)])
    return catalogue


def update(language: str) -> None:
    """Add new sentences to the language's file, untranslated, and drop what nobody says any more."""
    stored = _stored(language)
    stored.update(collect(), no_fuzzy_matching=True)
    stored.obsolete.clear()
    with _path(language).open("wb") as file:
        write_po(file, stored, width=110, omit_header=True, include_lineno=False, sort_output=True)


def gaps(language: str) -> list[str]:
    """Return what is said and not translated, and what is translated and not said."""
    said = {str(message.id) for message in collect() if message.id}
    known = {str(message.id) for message in _stored(language) if message.id and message.string}
    return sorted(said ^ known)


if __name__ == "__main__":
    if "--check" not in sys.argv:
        update("en")
    left = gaps("en")
    sys.stdout.write("".join(f"{gap!r} has no English or is no longer said\n" for gap in left))
    sys.exit(bool(left))
