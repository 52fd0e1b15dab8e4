"""Print how the sentences of a corpus are understood: ``python -m tests.sentences [corpus.jsonl] [--all]``."""

import sys
import tempfile
from pathlib import Path

from db.migrations import upgrade
from db.store import Store
from rehearsal.cast import load_city
from rules.policy import Office
from tests.conftest import LEDGER_DAY, move_in
from tests.sentences.judge import Bench, cases, table


def main() -> None:
    """Judge a corpus in a city made for it."""
    names = [word for word in sys.argv[1:] if not word.startswith("-")] or ["corpus.jsonl"]
    office = Office(name="青澜市自然资源督察办公室", city="青澜市")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'city.db'}")
        upgrade(store.engine)
        load_city(store, office, LEDGER_DAY)
        move_in(store)
        bench = Bench(store, office)
        for name in names:
            judged = [bench.judge(case) for case in cases(name)]
            if "--quiet" not in sys.argv:
                print("\n".join(one.line for one in judged if not one.is_right or "--all" in sys.argv))
            print(table(judged))
        store.close()


main()
