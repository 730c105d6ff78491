"""The evaluation as JSON: what the screen shows, the snapshot keeps and the paper prints."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pricing import shorter
from pricing.evaluation import Evaluation
from pricing.models import AgreementLine, CompetitorEvidence, SpecialPriceLine
from pricing.rules.facts import Named, shown_pct
from pricing.rules.metrics import Metrics
from pricing.rules.promises import Offer


def evaluation_json(found: Evaluation) -> dict[str, Any]:
    """Everything the decider sees. Numbers are text, exactly as they were computed or rounded."""
    letter, case, tried = found.letter, found.case, shorter.by_line(found)
    prices = letter.price_list
    return {
        "on": found.on.isoformat(),
        "policy_number": found.policy_number,
        "currency": letter.currency,
        "price_list": None if prices is None else {"code": prices.code, "valid_from": prices.valid_from.isoformat()},
        "tier": {"stars": case.customer.tier, "discount_pct": str(found.tier.expected)},
        "reason": {"code": letter.reason_code, "text": letter.reason_text},
        "validity_days": found.facts["validity_days"],
        "lines": [_line(found, line, tried) for line in case.lines],
        "hints": [hint.to_json() for hint in shorter.together(found, tried)],
        "metrics": _metrics(found.whole, found.facts),
        "consideration": letter.consideration,
        "promises": [
            {
                "kind": each.kind, "basis": each.basis, "mode": each.mode, "expected": str(each.expected.normalize()),
                "best": str(each.best.normalize()), "note": each.note,
            }
            for each in case.promises
        ],
        "standing_promises": [
            {"zh": each.zh, "en": each.en, "expected": str(each.expected), "best": str(each.best)}
            for each in case.standing_elements
        ],
        "evidence": [_evidence(row, offer) for row, offer in found.offers],
        "earlier": [
            {"id": each.pk, "on": str(each.submitted_at)[:10], "concession": str(conceded)}
            for each, conceded in found.earlier
        ],
        "replaces": list(found.replaces),
        "history": [_history(row) for row in case.in_force],
        "standing": {
            "grade": case.standing.grade,
            "new_customer": case.standing.new_customer,
            "false_key_account": case.standing.false_key_account,
            "overdue_days": case.standing.overdue_days,
        },
    }  # fmt: skip


def _line(found: Evaluation, line: SpecialPriceLine, tried: Mapping[int, shorter.Tried]) -> dict[str, Any]:
    """A line with its figures; without list price, price or quantity only what was written."""
    product = line.product
    written = {
        "position": line.position,
        "product_id": product.pk,
        "product_code": product.code,
        "name_zh": product.name_zh,
        "name_en": product.name_en,
        "unit": product.unit,
        "divisible": product.divisible,
        "quantity": _text(line.quantity),
        "quantity_cap": _text(line.quantity_cap),
    }
    named = found.judged.get(line.pk)
    if named is None:
        return {**written, "waterfall": None}
    return {**written, **_figures(named), **(tried[line.pk].to_json() if line.pk in tried else {"hints": []})}


def _figures(named: Named) -> dict[str, Any]:
    line = named.figures
    given = line.given
    return {
        "list_price": str(given.list_price),
        "tier_price": str(line.tier_price),
        "net_price": str(given.net),
        "pocket": str(line.pocket),
        "cost": _text(given.cost),
        "discount_pct": shown_pct(line.discount_pct),
        "extra_points": shown_pct(line.extra_points),
        "gross_margin": shown_pct(line.gross_margin),
        "pocket_margin": shown_pct(line.pocket_margin),
        "target_pct": str(given.target),
        "floor_pct": str(given.floor),
        "below_target": (line.gap(given.target) or 0) > 0,
        "below_floor": (line.gap(given.floor) or 0) > 0,
        "below_cost": line.below_cost,
        "concession": str(line.concession),
        "value": str(line.value),
        "waterfall": line.expected.to_json(),
        "waterfall_best": line.best.to_json() if line.best != line.expected else None,
    }


def _metrics(whole: Metrics, facts: Mapping[str, Any]) -> dict[str, Any]:
    shares = (
        "extra_max",
        "extra_weighted",
        "margin_lowest",
        "margin_weighted",
        "pocket_margin_lowest",
        "pocket_margin_weighted",
    )
    counts = ("below_target", "below_floor", "below_cost")
    amounts = ("concession", "list_value", "value", "annual_impact", "annual_impact_best")
    return {
        **{name: shown_pct(getattr(whole, name)) for name in shares},
        **{name: getattr(whole, name) for name in counts},
        **{name: str(getattr(whole, name)) for name in amounts},
        "concession_earlier": str(facts["concession_earlier"]),
        "concession_routed": str(facts["concession"]),
    }


def _evidence(row: CompetitorEvidence, offer: Offer) -> dict[str, Any]:
    return {
        "product": row.product.code,
        "competitor": row.competitor,
        "competitor_product": row.competitor_product,
        "price": str(row.price),
        "currency": row.currency,
        "unit": row.product.unit,
        "terms": row.terms,
        "obtained_on": row.obtained_on.isoformat(),
        "how": row.how,
        "corroboration": row.corroboration,
        "paper": None if row.paper is None else {"name": row.paper.file_name, "sha256": row.paper.sha256},
        "age_days": offer.age_days,
        "aged": offer.aged,
        "forbidden": offer.forbidden,
    }


def _history(row: AgreementLine) -> dict[str, str]:
    return {
        "agreement": row.agreement.number,
        "product": row.product.code,
        "price": str(row.net_price),
        "valid_from": row.agreement.valid_from.isoformat(),
        "valid_to": row.agreement.valid_to.isoformat(),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
