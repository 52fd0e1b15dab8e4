"""From what people write to commands: ``typed`` reads commands and their aliases, ``meaning`` whole sentences.

Both take the office's vocabulary as an argument. A sentence is cut into ``pieces`` by the words of ``cues``.
"""

from text.grammar.meaning import Meant, is_courtesy, understand
from text.grammar.numbers import NumberWord, numbers_in
from text.grammar.pieces import Place, Words
from text.grammar.typed import Spoken, Vocabulary, read_command, split

__all__ = [
    "Meant", "NumberWord", "Place", "Spoken", "Vocabulary", "Words", "is_courtesy", "numbers_in",
    "read_command", "split", "understand",
]  # fmt: skip
