"""What the shell shows to whom: the navigation, and how many items wait for a decision."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import held_roles
from accounts.roles import Role
from workflows.notices.queries import unread_count
from workflows.queries import waiting_count


@dataclass(frozen=True)
class Item:
    """One entry; no roles means everybody who is logged in."""

    label: Any
    route: str
    icon: str
    roles: frozenset[str] = frozenset()


DECIDERS = frozenset({Role.SM, Role.RD, Role.CC, Role.FM, Role.CFO, Role.GM, Role.CH, Role.LG, Role.QA})
SELLERS = frozenset({Role.REP})
FINANCE = frozenset({Role.FM, Role.CFO, Role.AUD})
ITEMS = [
    Item(_("Home"), "home", "home"),
    Item(_("Queue"), "workflows:queue", "inbox", DECIDERS),
    Item(_("My requests"), "workflows:mine", "send", SELLERS),
    Item(_("Requests"), "workflows:requests", "list-check"),
    Item(_("Customers"), "customers:list", "users"),
    Item(_("Granted prices"), "pricing:agreements", "tag"),
    Item(_("Price list"), "pricing:prices", "table"),
    Item(_("Re-rating"), "workflows:reratings", "star", frozenset({Role.SO, Role.CC})),
    Item(_("Data import"), "customers:import", "upload", frozenset({Role.CS, Role.SO, Role.CC, Role.FM})),
    Item(_("Contracts"), "contracts:contracts", "certificate"),
    Item(_("Contract templates"), "contracts:templates", "file-text"),
    Item(_("Documents"), "contracts:documents", "file-certificate"),
    Item(_("Policy"), "policies:detail", "scale"),
    Item(_("Delegations"), "workflows:delegations", "arrows-exchange", DECIDERS | {Role.SO, Role.AUD}),
    Item(_("Audit trail"), "audit:explorer", "shield-check", FINANCE),
]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: `nav`, a list of {label, url, icon, active, live, count}."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"nav": []}
    roles = {held.role for held in held_roles(user)}
    nav: list[dict[str, Any]] = []
    for item in ITEMS:
        if item.roles and not item.roles & roles:
            continue
        url = reverse(item.route)
        nav.append(
            {
                "label": item.label,
                "url": url,
                "icon": item.icon,
                "active": False,
                "live": item.route == "workflows:queue",
                "count": waiting_count(user) if item.route == "workflows:queue" else 0,
            }
        )
    here = [item for item in nav if request.path == item["url"] or _below(request.path, item["url"])]
    if here:
        max(here, key=lambda item: len(item["url"]))["active"] = True
    # Asked only by pages that show the bell.
    return {"nav": nav, "held_roles": roles, "unread": lambda: unread_count(user)}


def _below(path: str, url: str) -> bool:
    return url != "/" and path.startswith(url)
