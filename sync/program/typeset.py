"""The process that sets one page: a JSON document on its standard input, a PDF or a picture on its
standard output, and the end. What the library takes of memory and time goes with it; a server that
sells never loads it.
"""

import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

CPU_S_MAX = 20
_SECOND_MS = 1_000


def main() -> None:
    """Set what is asked for. Ends with 1 and a sentence where it cannot be set."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))
    asked = json.load(sys.stdin.buffer)
    try:
        import typst
    except ImportError as error:
        sys.exit(f"typst cannot be loaded: {error}")
    made = typst.compile(
        Path(__file__).with_name(asked["template"]).read_bytes(),
        format=asked["format"],
        ppi=asked["ppi"],
        sys_inputs={"paper": json.dumps(asked["paper"])},
        timestamp=datetime.fromtimestamp(asked["made_at_ms"] // _SECOND_MS, UTC),
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
