"""The pages of every kind of request: one line each."""

from workflows.kinds import credit_pages, tier_change_pages
from workflows.pages import Pages

PAGES: dict[str, Pages] = {pages.code: pages for pages in [credit_pages.PAGES, tier_change_pages.PAGES]}
