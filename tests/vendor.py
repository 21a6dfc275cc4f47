"""Makes the pages' vendored files anew, from the packages named here.

    uv run python -m tests.vendor

Needs npm, and only for this: what it writes is kept in the repository, so nobody who runs or tests
the product needs Node. Each folder gets a `manifest.json` with every file's package, version,
licence and SHA-256, which `tests/test_vendored.py` holds against the files. Modules import each
other by relative names, because a strict CSP blocks inline import maps.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
MANIFEST = "manifest.json"


class Vendored(NamedTuple):
    """Where a file comes from: ``npm`` package, exact version, path in it, licence (SPDX)."""

    package: str
    version: str
    path: str
    licence: str


_INTER = ("@fontsource-variable/inter", "5.3.0")
_FONT = {
    "inter-5.3.woff2": Vendored(*_INTER, "files/inter-latin-wght-normal.woff2", "OFL-1.1"),
    "inter-5.3-licence.txt": Vendored(*_INTER, "LICENSE", "OFL-1.1"),
}
_UPLOT = ("uplot", "1.6.32")
_HTMX = Vendored("htmx.org", "4.0.1", "dist/htmx.min.js", "0BSD")
FILES: Mapping[str, Mapping[str, Vendored]] = {
    "edge/web/vendor": {
        "preact.js": Vendored("preact", "11.2.0", "dist/preact.mjs", "MIT"),
        "preact-hooks.js": Vendored("preact", "11.2.0", "hooks/dist/hooks.mjs", "MIT"),
        "signals-core.js": Vendored(
            "@preact/signals-core", "1.14.5", "dist/signals-core.mjs", "MIT"
        ),
        "signals.js": Vendored("@preact/signals", "2.11.4", "dist/signals.mjs", "MIT"),
        "htm.js": Vendored("htm", "3.1.1", "dist/htm.module.js", "Apache-2.0"),
        **_FONT,
    },
    "edge/web/office/vendor": {
        "htmx.min.js": _HTMX,
        "uplot.min.js": Vendored(*_UPLOT, "dist/uPlot.iife.min.js", "MIT"),
        "uplot.min.css": Vendored(*_UPLOT, "dist/uPlot.min.css", "MIT"),
        "uplot-licence.txt": Vendored(*_UPLOT, "LICENSE", "MIT"),
    },
    "central/web/vendor": {
        "htmx.min.js": _HTMX,
        "pico.min.css": Vendored("@picocss/pico", "2.1.1", "css/pico.min.css", "MIT"),
        **_FONT,
    },
    "tests/browser/vendor": {
        "axe.min.js": Vendored("axe-core", "4.14.1", "axe.min.js", "MPL-2.0"),
    },
}
AS_IT_IS = {"axe.min.js", "uplot-licence.txt", *_FONT}
"""Neither a module nor a style sheet of a page, to be adapted."""
BY_BARE_NAME = {
    "preact/hooks": "./preact-hooks.js",
    "@preact/signals-core": "./signals-core.js",
    "preact": "./preact.js",
}
IMPORTED = re.compile(r"""(from\s*|import\s*)["']([^"'./][^"']*)["']""")
SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=.*\n?|\n?/\*# sourceMappingURL=.*\*/\n?")
HOME_PAGE = re.compile(r"(\(|\* ?)https://picocss\.com\)?|https://github\.com/leeoniya/uPlot ?")


def adapted(text: str) -> str:
    """`text` as it is served: relative imports, no source map, no address of another host."""
    by_path = IMPORTED.sub(lambda m: f'{m[1]}"{BY_BARE_NAME[m[2]]}"', text)
    return HOME_PAGE.sub("", SOURCE_MAP.sub("\n", by_path))


def fetched(package: str, version: str, folder: Path) -> tarfile.TarFile:
    """The package's archive, by name, with the ordinary client."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"],  # noqa: S607 - whoever runs this has it
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return tarfile.open(folder / packed.stdout.strip().splitlines()[-1])


def write_folder(folder: Path, files: Mapping[str, Vendored]) -> None:
    """Write the files and their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {}
    with TemporaryDirectory() as scratch:
        for name, source in files.items():
            with fetched(source.package, source.version, Path(scratch)) as archive:
                member = archive.extractfile(f"package/{source.path}")
                if member is None:
                    raise FileNotFoundError(f"{source.package} has no {source.path}")
                content = member.read()
            if name not in AS_IT_IS:
                content = adapted(content.decode()).encode()
            (folder / name).write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            manifest[name] = {**source._asdict(), "sha256": digest}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")


def main() -> None:
    for name, files in FILES.items():
        write_folder(ROOT / name, files)
        sys.stdout.write(f"{len(files)} files stand in {name}.\n")


if __name__ == "__main__":
    main()
