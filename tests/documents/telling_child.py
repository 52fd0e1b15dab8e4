"""A confined child that tells what it was left with. A script, not a test."""

import json
import os
import resource
import sys

from documents.confined import confine
from documents.limits import MEMORY_BYTES

if __name__ == "__main__":
    confine(7)
    given = sys.stdin.read()
    limits = {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")}
    json.dump({"environment": dict(os.environ), "limits": limits, "given": given}, sys.stdout)
    sys.stdout.flush()
    if given == "spend":
        bytes(MEMORY_BYTES)
