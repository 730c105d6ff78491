"""The fixtures `browser` and `page` for tests/journeys, on Playwright with a browser that `config.browser` finds.

`page` is a new context per test against `live_server`, and it is strict: an error on the console, an uncaught
exception or a Content-Security-Policy report fails the test. Without any browser the journeys are skipped with
one reason; under ``CI=true`` that is an error, because a skipped journey proves nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from config.browser import FLAGS, find, node_for_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

NO_BROWSER = "No browser for the journeys: run `make browser`, or set CHROMIUM to a Chromium."
TIMEOUT_MILLISECONDS = 10_000
# Chromium itself writes these about a page that was asked for on purpose, e.g. a refused post.
EXPECTED_ON_CONSOLE = ("Failed to load resource: the server responded with a status of 4",)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the whole run."""
    found = find()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)
    # Playwright's sync API runs an event loop in this thread, and Django would refuse the ORM beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    node = node_for_playwright()
    if node:
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        environment: dict[str, str | float | bool] = {**os.environ, **found.environment}
        launched = playwright.chromium.launch(executable_path=found.program, args=list(FLAGS), env=environment)
        yield launched
        launched.close()


class Complaints:
    """What a browser says about a page that a person would not see."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.allowed: list[str] = list(EXPECTED_ON_CONSOLE)

    def allow(self, text: str) -> None:
        """Expect console messages that start with `text` in this test."""
        self.allowed.append(text)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page that the context opens."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.lines.append(f"exception: {error.error}"))
        context.on("response", self._response)

    def unexpected(self) -> list[str]:
        """The complaints that no test asked for."""
        return [line for line in self.lines if not any(allowed in line for allowed in self.allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        # Violations of the Content-Security-Policy are console errors too
        if message.type == "error":
            self.lines.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _response(self, response: Response) -> None:
        missing_part = response.status == 404 and response.request.resource_type != "document"
        if response.status >= 500 or missing_part:
            self.lines.append(f"server: {response.status} {response.request.method} {response.url}")


@pytest.fixture
def complaints() -> Complaints:
    """The complaints of this test's browser context; `complaints.allow(text)` expects one."""
    return Complaints()


@pytest.fixture
def new_page(browser: Browser, live_server: Any, complaints: Complaints) -> Iterator[Any]:
    """Make pages, each in a context of its own (another person); keyword arguments as of `new_context`."""
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        settings = {
            "base_url": live_server.url,
            "locale": "en-US",
            "viewport": {"width": 1280, "height": 900},
        }
        context = browser.new_context(**{**settings, **options})
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        complaints.watch(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    unexpected = complaints.unexpected()
    if unexpected:
        pytest.fail("The browser complains:\n" + "\n".join(unexpected), pytrace=False)


@pytest.fixture
def page(new_page: Any) -> Page:
    """One page at the live server's address, 1280 px wide."""
    opened: Page = new_page()
    return opened
