"""Templates are compiled once for each language: what they say is translated then, and not whenever it is said.

``{{ _("超期%(count)s件", count=figures.overdue) }}`` becomes what ``Overdue: {{ figures.overdue }}`` would be. Where a
template translates within an expression, ``_`` is called as it stands.
"""

import re
from collections.abc import Callable, Container, Iterator
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

FACT = re.compile(r"%\((\w+)\)s")


def translator(translate: Callable[[str], str], harmless: Container[str] = ()) -> type[CodeGenerator]:
    """Return what compiles templates whose sentences go through ``translate``; facts are escaped like all else.

    ``harmless`` names filters that return text which never holds markup: to escape it takes longer than to make it.
    """

    class Translating(CodeGenerator):
        def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802  (named by Jinja)
            said = [part for child in node.nodes for part in _said(child, translate)]
            super().visit_Output(nodes.Output(said, lineno=node.lineno), frame)

        def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
            if not is_harmless(node):
                super()._output_child_pre(node, frame, finalize)

        def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
            if not is_harmless(node):
                super()._output_child_post(node, frame, finalize)

    def is_harmless(node: nodes.Expr) -> bool:
        return isinstance(node, nodes.Filter) and node.name in harmless

    return Translating


def _said(child: nodes.Expr, translate: Callable[[str], str]) -> Iterator[nodes.Expr]:
    """Yield the words and the facts of a sentence in turn; anything else as it is."""
    msgid = _msgid(child)
    if not isinstance(child, nodes.Call) or msgid is None:
        yield child
        return
    facts = {fact.key: fact.value for fact in child.kwargs}
    for place, piece in enumerate(FACT.split(translate(msgid))):
        yield facts[piece] if place % 2 else nodes.TemplateData(piece.replace("%%", "%"), lineno=child.lineno)


def _msgid(child: nodes.Expr) -> str | None:
    """Return the sentence that is said by ``_("…", fact=…)``, if nothing else is."""
    if not isinstance(child, nodes.Call) or not isinstance(child.node, nodes.Name) or child.node.name != "_":
        return None
    words = child.args[0] if len(child.args) == 1 else None
    is_plain = child.dyn_args is None and child.dyn_kwargs is None
    return str(words.value) if isinstance(words, nodes.Const) and is_plain else None
