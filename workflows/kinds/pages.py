"""The pages of every kind of request, found beside the kind."""

from importlib import import_module

from workflows.kinds import KINDS
from workflows.pages import Pages

PAGES: dict[str, Pages] = {name: import_module(f"workflows.kinds.{name}_pages").PAGES for name in KINDS}
