"""Pins in pyproject.toml the version of every installed package, transitive ones too.

    uv run python -m tests.pin --loosen && uv lock --upgrade && uv run python -m tests.pin

The list under `[tool.uv] constraint-dependencies` is what makes two installations equal; a lock
file would do it too, but records download addresses. It binds `uv lock --upgrade` as well, so
`--loosen` empties it first; without that step the command pins what is here. A package for another
platform is not installed, so it keeps its range.
"""

import re
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
OURS = "holdfast-pos"
LIST = re.compile(r"(?m)^constraint-dependencies = \[\n(?:    .*\n)*\]\n")


def pinned(text: str, versions: Mapping[str, str]) -> str:
    """`text` of a pyproject.toml with its list of constraints replaced by `versions` by name.

    Raises ValueError when there is not exactly one such list.
    """
    lines = "".join(f'    "{name}=={versions[name]}",\n' for name in sorted(versions))
    if len(LIST.findall(text)) != 1:
        raise ValueError("pyproject.toml needs one list `constraint-dependencies` to write into")
    return LIST.sub(lambda _: f"constraint-dependencies = [\n{lines}]\n", text)


def installed() -> dict[str, str]:
    """Version by normalised name (PEP 503) of every distribution but this project."""
    found = {
        re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(): each.version
        for each in distributions()
    }
    found.pop(OURS, None)
    return found


def main() -> None:
    versions = {} if sys.argv[1:] == ["--loosen"] else installed()
    PYPROJECT.write_text(pinned(PYPROJECT.read_text(), versions))
    sys.stdout.write(f"{len(versions)} versions are pinned in {PYPROJECT.name}.\n")


if __name__ == "__main__":
    main()
