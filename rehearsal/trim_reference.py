"""Make methods.json from the Bot API's machine-readable reference: `python -m rehearsal.trim_reference api.json`."""

import json
import sys
from pathlib import Path

from rehearsal.methods import METHODS
from rehearsal.parameters import REFERENCE


def trim(reference: Path) -> None:
    """Keep method -> parameter -> types, required; of methods not carried out here only the name is needed."""
    methods = json.loads(reference.read_text(encoding="utf-8"))["methods"]
    lines = []
    for name, method in sorted(methods.items()):
        fields = method.get("fields", []) if name in METHODS else []
        about = {field["name"]: {"types": field["types"], "required": field["required"]} for field in fields}
        lines.append(f"{json.dumps(name)}: {json.dumps(about)}")
    REFERENCE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
