"""Photograph pages of the built book: narrow and wide, light and dark.

python scripts/look.py OUT [PAGE ...]      pages relative to the site, such as book/intro.html; default: every page
    --site _build/html    where the built book lies
    --print               also grey print, as a PNG of what the printer gets
    --first-screen        the first screen only, not the whole page
"""

import argparse
import contextlib
import functools
import http.server
import shutil
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
VIEWPORTS = {"narrow": {"width": 360, "height": 740}, "wide": {"width": 1280, "height": 900}}
NOT_PAGES = ("_static", "_modules", "_downloads")


def chromium():
    """Path of the system's Chromium, or None."""
    return next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)


def pages(site):
    """Every page of a built site, as paths relative to it; not the front door, which only leads on."""
    found = (path.relative_to(site) for path in sorted(Path(site).rglob("*.html")))
    return [path.as_posix() for path in found if path.parts[0] not in NOT_PAGES and path != Path("index.html")]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serve(site):
    """Serve a folder on a free local port and give its address."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def settled(page):
    """Wait until the formulae are set and the page lies still."""
    page.wait_for_load_state("load")
    page.evaluate(
        "async () => { if (window.MathJax?.startup) await MathJax.startup.promise; await document.fonts.ready }"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--site", type=Path, default=Path("_build/html"))
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--first-screen", action="store_true")
    args = parser.parse_intermixed_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with serve(args.site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for scheme in ("light", "dark"):
            for width, viewport in VIEWPORTS.items():
                page = browser.new_page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
                for name in args.pages or pages(args.site):
                    page.goto(address + name)
                    settled(page)
                    stem = f"{name.removesuffix('.html').replace('/', '-')}-{width}-{scheme}"
                    page.screenshot(path=args.out / f"{stem}.png", full_page=not args.first_screen)
                    if args.print and scheme == "light" and width == "wide":
                        page.emulate_media(media="print")
                        page.screenshot(path=args.out / f"{stem}-print.png", full_page=True)
                        page.emulate_media(media="screen", color_scheme=scheme, reduced_motion="reduce")
                page.close()
        browser.close()
    print(f"{len(list(args.out.glob('*.png')))} pictures in {args.out}")


if __name__ == "__main__":
    main()
