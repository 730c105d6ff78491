"""The pages of every kind of request: one line each."""

from workflows.kinds import credit_pages
from workflows.pages import Pages

PAGES: dict[str, Pages] = {pages.code: pages for pages in [credit_pages.PAGES]}
