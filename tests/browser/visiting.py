"""Debian's chromium looks at a page; what it complains of is kept and must be nothing."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, ViewportSize, sync_playwright

UNTRUSTED = "srok.example.org"
"""A name of this machine that the browser knows, but not as one of this machine's."""
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--disable-features=HttpsUpgrades", f"--host-resolver-rules=MAP {UNTRUSTED} 127.0.0.1",
]  # fmt: skip
OTHER = "http://other.example.org"
SIZES = {"wide": (1280, 900), "phone": (390, 844), "narrow": (320, 640)}
A4 = ViewportSize(width=718, height=1000)
"""With margins of a centimetre."""
Size = Literal["wide", "phone", "narrow"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser inside; where there is none the tests fail, as a page that nobody looked at is no page."""
    path = shutil.which("chromium")
    assert path is not None, "no browser: apt-get install chromium (.ci/run does)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visits:
    """Windows of the browser, each with nothing known of the others."""

    browser: Browser
    url: str
    complaints: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def open(
        self, address: str, size: Size = "wide", *, script: bool = True, status: int = 200, **context: Any
    ) -> Page:
        """Open an address in a window of its own; without *script* JavaScript is off."""
        self.expected.add(status)
        width, height = SIZES[size]
        window = self.browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script, locale="ru-RU", **context
        )
        window.set_default_timeout(10_000)
        page = window.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", lambda asked: self.complaints.append(f"failed: {asked.url} {asked.failure}"))
        answer = page.goto(address)
        assert answer is None or answer.status == status
        return page

    @property
    def untrusted(self) -> str:
        """The same pages at an address that the browser does not take for this machine's."""
        return self.url.replace("127.0.0.1", UNTRUSTED)

    def at_another_site(self, html: str) -> Page:
        """Open a page of another site, which no server has."""
        page = self.open("about:blank")
        page.route(f"{OTHER}/*", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(OTHER)
        return page

    def follow_to_another_site(self, link: Locator) -> Request:
        """Follow a link and return what the other site is asked."""
        page = link.page
        page.context.route(f"{OTHER}/**", lambda route: route.fulfill(body="", content_type="text/html"))
        with page.expect_request(f"{OTHER}/**") as asked:
            link.click()
        return asked.value

    def _said(self, said: ConsoleMessage) -> None:
        if "origin was untrustworthy" in said.text:
            return  # a policy that holds at https and on this machine
        refused = [f"responded with a status of {status} " for status in self.expected]
        if said.type in {"error", "warning"} and not any(one in said.text for one in refused):
            self.complaints.append(f"console: {said.text}")

    def _asked(self, asked: Request) -> None:
        ours = (f"{self.url}/", f"{self.untrusted}/", "data:,", "about:")
        if not asked.url.startswith(ours) and asked.url.partition("?")[0] not in {f"{OTHER}/", f"{OTHER}/prikaz"}:
            self.complaints.append(f"asked another host: {asked.url}")

    def close(self) -> None:
        """Close the windows; nothing was complained of, so no rule of the content policy was broken either."""
        for window in self.browser.contexts:
            window.close()
        assert not self.complaints, self.complaints


def unfold(page: Page) -> None:
    """Open all that is folded, so that nothing is left unseen."""
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")


def pictures(page: Page, name: str) -> None:
    """Write how a page looks in every window into the folder that BROWSER_SHOTS names, when somebody means to look."""
    folder = os.environ.get("BROWSER_SHOTS")
    if folder is None:
        return
    before = page.viewport_size
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{folder}/{name}-{size}-{scheme}.png", full_page=True)
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size(A4)
    page.screenshot(path=f"{folder}/{name}-print.png", full_page=True)
    page.emulate_media(media="screen", color_scheme="no-preference")
    assert before is not None
    page.set_viewport_size(before)


def overflow(page: Page) -> int:
    """Return by how many pixels a page must be moved sideways to be read."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def focused(page: Page) -> str:
    """Say what is read out of what has the focus."""
    return str(
        page.evaluate(
            """() => {
                const one = document.activeElement, label = one.labels?.[0];
                return one === document.body ? "" : (label ?? one).textContent.trim().replace(/\\s+/g, " ")
            }"""
        )
    )
