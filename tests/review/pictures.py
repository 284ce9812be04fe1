"""`make pictures`: each golden comment as a browser shows it, light and dark, for people to look at.

    python -m tests.review.pictures [DIRECTORY]

Needs a Chromium: `tests/infra/browser.sh` has one. The pictures are not kept in the repository.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

HERE = Path(__file__).parent
BROWSER = HERE.parent / "infra" / "browser.sh"
THEMES = {
    "light": ("#ffffff", "#1f2328", "#d1d9e0", "#f6f8fa", "#59636e"),
    "dark": ("#0d1117", "#f0f6fc", "#3d444d", "#151b23", "#9198a1"),
}
#: The width of a comment on a wide screen, in pixels, and the room that the longest of ours takes.
WIDTH, HEIGHT = 860, 1500
#: As the platforms draw them, in short: https://github.com/sindresorhus/github-markdown-css.
STYLE = """
body {{ background: {0}; color: {1}; font: 14px/1.5 "DejaVu Sans", "Noto Color Emoji", sans-serif; margin: 16px; }}
h2 {{ border-bottom: 1px solid {2}; padding-bottom: 6px; font-size: 20px; }}
h3 {{ font-size: 16px; }}
table {{ border-collapse: collapse; display: block; overflow: auto; }}
td, th {{ border: 1px solid {2}; padding: 6px 13px; }}
code, pre {{ background: {3}; font: 85% "DejaVu Sans Mono", monospace; border-radius: 6px; padding: .2em .4em; }}
pre {{ padding: 12px; overflow: auto; }}
pre code {{ padding: 0; font-size: 100%; }}
blockquote {{ border-left: 4px solid {2}; color: {4}; margin: 0 0 16px; padding: 0 1em; }}
details {{ margin-bottom: 10px; }}
"""


def page(markdown: str, theme: str) -> str:
    """The comment as a page of HTML."""
    body = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown)
    style = STYLE.format(*THEMES[theme])
    return f'<!doctype html><meta charset="utf-8"><style>{style}</style><body>{body}</body>'


def main() -> None:
    into = Path(sys.argv[1] if len(sys.argv) > 1 else Path(tempfile.gettempdir(), "schemactl-pictures"))
    into.mkdir(parents=True, exist_ok=True)
    found = subprocess.run([BROWSER], capture_output=True, text=True, check=True)
    browser = found.stdout.strip().splitlines()[-1]
    for golden in sorted((HERE / "comments").glob("*.md")):
        for theme in THEMES:
            picture = into / f"{golden.stem}-{theme}.png"
            draw(browser, page(golden.read_text(encoding="utf-8"), theme), picture)
            print(picture, flush=True)


def draw(browser: str, html: str, picture: Path) -> None:
    """A picture of the page. The browser talks to nobody, and leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="schemactl-browser-") as folder:
        file = Path(folder, "page.html")
        file.write_text(html, encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        command += [
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ]
        command += [f"--user-data-dir={folder}/user", f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={picture}"]
        subprocess.run([*command, file.as_uri()], check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    main()
