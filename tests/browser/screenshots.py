"""Pictures of the report over the bundled sample, put into the folder that is named.

Of its page, and of its dashboard in Superset. The pictures are small in bytes: 256 colours are
enough for charts and text.
"""

from __future__ import annotations

import io
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from orchestration import pipeline
from orchestration.settings import PROJECT_ROOT, load_settings
from tests.browser import superset as dashboard
from tests.browser.chromium import open_chromium
from tests.browser.report_page import open_page, served

PICTURES = {
    "report_general.png": ("", "light", 1280),
    "report_agents_dark.png": ("?range=all&section=agents&agent=u00021", "dark", 1280),
    "report_phone.png": ("?from=2024-02-16&to=2024-03-31", "light", 400),
}
DASHBOARD_PICTURE = "superset_dashboard.png"
MOST_BYTES = 300_000


def main(folder: Path) -> None:
    """Publishes the sample somewhere else and takes each picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(
            exports=PROJECT_ROOT / "sample" / "exports", home=home, timezone="Europe/Warsaw"
        )
        pipeline.run(settings)
        with open_chromium() as browser:
            with served(settings.home) as address:
                for name, (parameters, scheme, width) in PICTURES.items():
                    write(folder / name, take(browser, f"{address}/{parameters}", scheme, width))
            with dashboard.served(settings.home) as superset:
                write(folder / DASHBOARD_PICTURE, take_dashboard(browser, superset))


def write(file: Path, content: bytes) -> None:
    """Writes a picture and says so. Raises SystemExit where it is too large."""
    if len(content) > MOST_BYTES:
        raise SystemExit(f"{file} has {len(content)} bytes, over {MOST_BYTES}")
    file.write_bytes(content)
    print(f"{file}: {len(content):,} bytes")


def take_dashboard(browser: Browser, superset: dashboard.Superset) -> bytes:
    """The dashboard's first tab as PNG."""
    with closing(browser.new_context(viewport={"width": 1280, "height": 1350})) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        dashboard.open_dashboard(page, superset)
        # Charts grow into place.
        page.evaluate("() => new Promise(done => setTimeout(done, 2000))")
        return small(page.screenshot())


def take(browser: Browser, address: str, scheme: str, width: int) -> bytes:
    """The whole page as PNG."""
    with closing(
        browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            is_mobile=width < 600,
        )
    ) as context:
        page = context.new_page()
        open_page(page, address)
        page.wait_for_function("document.querySelectorAll('svg.marks').length === 8")
        height = page.get_by_test_id("stMainBlockContainer").evaluate("e => e.scrollHeight")
        page.set_viewport_size({"width": width, "height": int(height)})
        # Charts are drawn anew in the new size.
        page.evaluate("() => new Promise(done => setTimeout(done, 1000))")
        return small(page.screenshot())


def small(screenshot: bytes) -> bytes:
    """The same picture in 256 colours."""
    picture = Image.open(io.BytesIO(screenshot))
    content = io.BytesIO()
    picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        content, "PNG", optimize=True
    )
    return content.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
