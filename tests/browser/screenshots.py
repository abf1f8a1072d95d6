"""Pictures of the report over three inboxes, put into the folder that is named.

The inboxes: the bundled sample, published when 60 of its days were there and again with all of
them; a year; and one of a few threads. Of the page, its parts, and its dashboard in Superset. The
pictures are small in bytes: 256 colours are enough for charts and text.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page

from lab.sampling import write_history
from orchestration import pipeline
from orchestration.settings import PROJECT_ROOT, Settings, load_settings
from tests.browser import superset as dashboard
from tests.browser.chromium import open_chromium
from tests.browser.report_page import open_page, served
from tests.homes import FEW, YEAR


class Picture(NamedTuple):
    """A view of an inbox; of a part of it, where one is named, with what is pointed at."""

    inbox: str
    parameters: str
    scheme: str = "light"
    width: int = 1280
    part: str | None = None
    pointed_at: str | None = None


MARCH = "?range=this_month"
PICTURES = {
    "report_general.png": Picture("sample", ""),
    "report_agents_dark.png": Picture(
        "sample", "?range=all&section=agents&agent=u00021", scheme="dark"
    ),
    "report_phone.png": Picture("sample", "?from=2024-02-16&to=2024-03-31", width=400),
    "report_year.png": Picture("year", "?range=all&grain=week", width=1024),
    "report_few_dark.png": Picture("few", "?range=all", scheme="dark", width=1024),
    "trust_threads.png": Picture(
        "sample",
        f"{MARCH}&threads=first_response_seconds_median",
        width=1024,
        part='[role="dialog"]',
    ),
    "trust_moved.png": Picture(
        "sample",
        "?range=last_month",
        width=1024,
        part=".st-key-cards",
        pointed_at=".value-line .help",
    ),
    "trust_definitions.png": Picture(
        "sample",
        f"{MARCH}&definitions=first_response_seconds&definition=help_scout",
        width=1024,
        part=".st-key-chart_definitions",
    ),
}
DASHBOARD_PICTURE = "superset_dashboard.png"
FIRST_DAYS = 60
MOST_BYTES = 300_000


def main(folder: Path) -> None:
    """Publishes the inboxes somewhere else and takes each picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, open_chromium() as browser:
        homes = {
            "sample": publish_sample(Path(scratch) / "sample"),
            "year": publish(Path(scratch) / "year", "year"),
            "few": publish(Path(scratch) / "few", "few"),
        }
        for inbox, settings in homes.items():
            with served(settings.home) as address:
                take_all(browser, folder, inbox, address)
        with dashboard.served(homes["sample"].home) as superset:
            write(folder / DASHBOARD_PICTURE, take_dashboard(browser, superset))


def publish_sample(folder: Path) -> Settings:
    """The sample, published with its first days and again with all: some numbers have moved."""
    days = sorted((PROJECT_ROOT / "sample" / "exports").iterdir())
    settings = load_settings(
        exports=folder / "exports", home=folder / "home", timezone="Europe/Warsaw"
    )
    for part in (days[:FIRST_DAYS], days[FIRST_DAYS:]):
        for day in part:
            shutil.copytree(day, settings.exports_folder / day.name)
        pipeline.run(settings)
    return settings


def publish(folder: Path, inbox: str) -> Settings:
    """A made-up inbox."""
    settings = load_settings(exports=folder / "exports", home=folder / "home")
    write_history(settings.exports_folder, {"year": YEAR, "few": FEW}[inbox])
    pipeline.run(settings)
    return settings


def take_all(browser: Browser, folder: Path, inbox: str, address: str) -> None:
    """The pictures of an inbox that is served at an address."""
    for name, picture in PICTURES.items():
        if picture.inbox == inbox:
            write(folder / name, take(browser, address, picture))


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


def take(browser: Browser, address: str, picture: Picture) -> bytes:
    """The whole page, or a part of it, as PNG."""
    with closing(
        browser.new_context(
            viewport={"width": picture.width, "height": 900},
            color_scheme="dark" if picture.scheme == "dark" else "light",
            is_mobile=picture.width < 600,
        )
    ) as context:
        page = context.new_page()
        open_page(page, f"{address}/{picture.parameters}")
        page.locator("svg.marks").last.wait_for()
        return small(page_whole(page, picture) if picture.part is None else part(page, picture))


def page_whole(page: Page, picture: Picture) -> bytes:
    """All of the page, in a window that is as high."""
    height = page.get_by_test_id("stMainBlockContainer").evaluate("e => e.scrollHeight")
    page.set_viewport_size({"width": picture.width, "height": int(height)})
    # Charts are drawn anew in the new size.
    page.evaluate("() => new Promise(done => setTimeout(done, 1000))")
    return page.screenshot()


def part(page: Page, picture: Picture) -> bytes:
    """A part of the page, and what is told where it is pointed at."""
    shown = page.locator(str(picture.part)).first
    shown.scroll_into_view_if_needed()
    if picture.pointed_at is not None:
        shown.locator(picture.pointed_at).first.hover()
    page.evaluate("() => new Promise(done => setTimeout(done, 800))")
    return shown.screenshot()


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
