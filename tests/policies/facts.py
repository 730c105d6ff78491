"""Facts of the worked examples (defaults.md 2(b)) for the routing tests."""

from decimal import Decimal

ORDINARY = {
    "exposure_unsecured_group": Decimal(80_000),
    "limit_requested": Decimal(80_000),
    "limit_formula": Decimal(200_000),
    "limit_current": None,
    "grade": "A",
    "grade_override": False,
    "new_customer": False,
    "overdue_amount": Decimal(0),
    "overdue_days": 0,
    "group_ar_share_pct": Decimal(1),
    "has_statements": True,
    "term_requested": 30,
    "term_std": 30,
    "term_max": 45,
    "buyer_public_or_large": False,
    "security_value": Decimal(0),
    "amounts_in_window": Decimal(0),
    "requests_in_window": 1,
    "file_complete_pct": Decimal(100),
    "licence_expired": False,
    "missing_documents": 0,
    "open_duplicate": False,
    "knocked_out": False,
    "unsecured_requested": Decimal(80_000),
    "decrease": False,
}


def facts(**changes):
    """An ordinary small request, changed; the limit also sets the exposure unless they differ."""
    limit = changes.get("limit_requested", ORDINARY["limit_requested"])
    same = {"exposure_unsecured_group": limit, "unsecured_requested": limit}
    return {**ORDINARY, **same, **changes}


def limit(amount, **changes):
    """A request for `amount` inside the formula, of a grade that no escalator looks at."""
    return facts(**{"limit_requested": Decimal(amount), "limit_formula": Decimal(9_000_000), "grade": "AA", **changes})


E1 = facts(
    limit_requested=Decimal(1_200_000),
    limit_formula=Decimal(1_840_000),
    grade="AAA",
    term_requested=45,
    term_std=30,
    term_max=60,
)
E2 = facts(
    limit_requested=Decimal(500_000),
    limit_formula=Decimal(630_000),
    grade="AA",
    has_statements=False,
    term_requested=45,
    term_std=45,
    term_max=60,
)
E3_ASKING_MORE = facts(
    limit_requested=Decimal(300_000),
    limit_formula=Decimal(40_000),
    grade="B",
    term_requested=45,
    term_std=15,
    term_max=30,
)
E4 = facts(
    limit_requested=Decimal(120_000),
    limit_formula=Decimal(120_000),
    exposure_unsecured_group=Decimal(40_000),
    unsecured_requested=Decimal(40_000),
    security_value=Decimal(100_000),
    grade="A",
    new_customer=True,
    term_requested=30,
    term_std=30,
    term_max=45,
)
E5 = facts(
    limit_requested=Decimal(800_000),
    limit_formula=Decimal(0),
    grade="C",
    overdue_amount=Decimal(300_000),
    overdue_days=95,
    knocked_out=True,
    term_requested=30,
    term_std=0,
    term_max=0,
)
E = {"E1": E1, "E2": E2, "E3 asking 300,000 at 45 d": E3_ASKING_MORE, "E4": E4, "E5": E5}
