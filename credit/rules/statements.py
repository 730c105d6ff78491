"""FA1–FA10 from the customer's statements (form 3), and the ratings people gave. Source: defaults.md 2(b)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from credit.rules.figures import Figure, Operand, operand, pct, ratio
from credit.rules.gates import months_between

ZERO: Final = Decimal(0)
QUALITY_POINTS: Final = {"audited": Decimal(3), "tax_filed": Decimal(2), "management": Decimal(1)}


@dataclass(frozen=True, slots=True)
class Statements:
    """Form 3 figures in money; None = not given. `quality` is audited, tax_filed, management or none."""

    quality: str = "none"
    ca: Decimal | None = None
    inv: Decimal | None = None
    ta: Decimal | None = None
    cl: Decimal | None = None
    tl: Decimal | None = None
    eq: Decimal | None = None
    intang: Decimal | None = None
    rev: Decimal | None = None
    rev_prev: Decimal | None = None
    np: Decimal | None = None
    ocf: Decimal | None = None
    as_of: str = ""

    @property
    def present(self) -> bool:
        return self.quality in QUALITY_POINTS

    @property
    def tnw(self) -> Decimal | None:
        """Tangible net worth: equity less intangibles."""
        return None if self.eq is None else self.eq - (self.intang or ZERO)


def _over(top: Decimal | None, bottom: Decimal | None, scale: int = 1) -> Decimal | None:
    return None if top is None or bottom is None else ratio(top, bottom, scale)


def analysis(
    given: Statements,
    *,
    requested: Decimal | None,
    security: Decimal,
    founded: date | None,
    on: date,
) -> list[Figure]:
    """FA1–FA10. Ratios of a customer without statements have no data; age and security always do.

    Args:
        requested: requested limit in money (FA6, FA9).
        security: value of the security offered, before haircut.
    """
    quick = None if given.ca is None else given.ca - (given.inv or ZERO)
    growth = None if given.rev is None or given.rev_prev is None else given.rev - given.rev_prev
    years = None if founded is None else Decimal(months_between(founded, on)) / 12
    tnw, asked, today = given.tnw, operand("requested", requested), on.isoformat()
    ratios: list[tuple[str, Decimal | None, tuple[Operand, ...]]] = [
        ("FA1", _over(given.ca, given.cl), (operand("ca", given.ca), operand("cl", given.cl))),
        ("FA2", _over(quick, given.cl), (operand("quick", quick), operand("cl", given.cl))),
        ("FA3", _over(given.tl, given.ta, 100), (operand("tl", given.tl), operand("ta", given.ta))),
        ("FA4", _over(given.np, given.rev, 100), (operand("np", given.np), operand("rev", given.rev))),
        ("FA5", _over(given.ocf, given.cl), (operand("ocf", given.ocf), operand("cl", given.cl))),
        ("FA6", _over(tnw, requested), (operand("tnw", tnw), asked)),
        (
            "FA7",
            _over(growth, given.rev_prev, 100),
            (operand("rev", given.rev), operand("rev_prev", given.rev_prev)),
        ),
        ("FA10", QUALITY_POINTS.get(given.quality), (operand("quality", given.quality),)),
    ]
    figures = [Figure(code, value, operands, "analysis", given.as_of) for code, value, operands in ratios]
    covered = None if requested is None else pct(security, requested)
    born = None if founded is None else founded.isoformat()
    figures.append(Figure("FA8", years, (operand("founded", born),), "master", today))
    figures.append(Figure("FA9", covered, (operand("security", security), asked), "application", today))
    return figures


def rated(codes: Sequence[str], answers: Mapping[str, object], source: str, as_of: str) -> list[Figure]:
    """Anchor ratings 0–4 that a person gave in a case form; an unanswered one has no data."""
    figures = []
    for code in codes:
        given = answers.get(code)
        value = None if given in (None, "") else Decimal(str(given))
        figures.append(Figure(code, value, (operand("rating", value),), source, as_of))
    return figures
