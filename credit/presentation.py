"""An evaluation as plain JSON: what the screen renders, the request stores and the score sheet prints."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from credit.rules import formulas
from credit.rules.figures import SOURCES, Figure, Operand, plain
from credit.rules.scorecard import IndicatorScore, SectionScore, printed
from policies.rules.standards import Indicator, Section

if TYPE_CHECKING:
    from credit.evaluation import Evaluation
    from credit.queries import LineState

HUNDRED = Decimal(100)


def evaluation_json(found: "Evaluation") -> dict[str, Any]:
    """Every figure with its derivation, as text; the keys are those of `credit/_evaluation.html`."""
    return {
        "on": found.on.isoformat(),
        "policy_number": found.policy_number,
        "currency": found.currency,
        **found.score.to_json(),
        "sections": [
            _section(section, found)
            for section in found.pack.scorecard.sections
            if found.score.sections[section.code].scorable or section.code in found.score.weights
        ],
        "terms": {
            "requested": found.term_requested,
            "standard": found.terms.standard,
            "longest": found.terms.longest,
            "suggested": found.terms.suggested(found.term_requested or found.terms.standard),
        },
        "limit": found.limit.to_json(),
        "limit_now": _line(found.limit_now),
        "trade_now": _line(found.trade_now),
        "counter_offer": str(found.counter_offer),
        "exposure": _exposure(found, "exposure"),
        "group_exposure": _exposure(found, "group_exposure"),
        "cost_of_credit": str(found.cost_of_credit),
        "cost_of_extra_days": str(found.cost_of_extra_days),
        "review_months": found.review_months,
        "file_complete_pct": str(found.file_complete_pct),
        "documents": [document.to_json() for document in found.documents],
        "figures": _figures(found),
        "facts": {key: _text(value) for key, value in found.facts.items()},
        "flags": [reason.to_json() for reason in found.flags],
        "blocks": [reason.to_json() for reason in found.blocks],
    }


def _text(value: Any) -> Any:
    return plain(value) if isinstance(value, Decimal) else value


def _line(held: "LineState") -> dict[str, Any]:
    line = held.line
    return {
        "state": held.state,
        "frozen": held.frozen,
        "amount": _text(line.amount) if line else None,
        "term_days": line.term_days if line else None,
        "valid_to": line.valid_to.isoformat() if line and line.valid_to else None,
    }


def _exposure(found: "Evaluation", name: str) -> dict[str, Any]:
    exposure = getattr(found, name)
    return {"components": [part.to_json() for part in exposure.components], "total": str(exposure.total)}


def _section(section: Section, found: "Evaluation") -> dict[str, Any]:
    scored: SectionScore = found.score.sections[section.code]
    weight = found.score.weights.get(section.code)
    return {
        "code": section.code,
        "label_zh": section.zh,
        "label_en": section.en,
        "score": None if scored.score is None else str(printed(scored.score)),
        "weight": None if weight is None else plain(printed(weight * HUNDRED)),
        "points": plain(scored.points),
        "scorable": plain(scored.scorable),
        "indicators": [
            _indicator(indicator, score, found.figures.get(indicator.code))
            for indicator, score in zip(section.indicators, scored.indicators, strict=True)
        ],
    }


def _indicator(indicator: Indicator, score: IndicatorScore, figure: Figure | None) -> dict[str, Any]:
    formula = formulas.INDICATORS.get(indicator.code, formulas.RATING)
    if indicator.kind == "anchor" and indicator.anchor:
        formula = (indicator.anchor_zh or indicator.anchor, indicator.anchor)
    return {
        "code": indicator.code,
        "value": None if score.value is None else plain(printed(score.value)),
        "band": score.band,
        "points": None if score.points is None else plain(score.points),
        "max": plain(score.max),
        **_derivation(indicator.zh, indicator.en, formula, figure),
    }


def _derivation(zh: str, en: str, formula: tuple[str, str], figure: Figure | None) -> dict[str, Any]:
    source = SOURCES[figure.source] if figure else ("", "")
    return {
        "label_zh": zh,
        "label_en": en,
        "formula_zh": formula[0],
        "formula_en": formula[1],
        "operands": [operand.to_json() for operand in figure.operands] if figure else [],
        "source_zh": source[0],
        "source_en": source[1],
        "as_of": figure.as_of if figure else "",
    }


def _figures(found: "Evaluation") -> dict[str, Any]:
    """The headline figures, each with value, formula and operands."""
    r, day = found.limit, found.on.isoformat()
    wacc = found.pack.parameters.wacc
    named = {
        "monthly": (
            "月均销售额",
            "Monthly average",
            found.monthly.value,
            found.monthly.operands,
        ),
        "need": (
            "需求额度",
            "Need (L_need)",
            r.need,
            (
                Operand("月均销售额", "Monthly average", r.monthly),
                Operand("账期(天)", "Term (days)", r.term_days, "days"),
                Operand("额度系数 k", "Factor k", r.k, "times"),
            ),
        ),
        "fin": (
            "财务承受额度",
            "Capacity (L_fin)",
            r.fin,
            (
                Operand("有形净资产口径", "By tangible net worth", r.capacity_tnw),
                Operand("营业额口径", "By turnover", r.capacity_turnover),
            ),
        ),
        "sec": ("担保折算", "Security (L_sec)", r.sec, ()),
        "formula": (
            "公式额度",
            "Formula limit",
            r.formula,
            (
                Operand("需求额度", "L_need", r.need),
                Operand("财务承受额度", "L_fin", r.fin),
                Operand("等级上限", "Cap of the grade", r.cap),
                Operand("担保折算", "L_sec", r.sec),
            ),
        ),
        "recommended": (
            "推荐额度",
            "Recommended limit",
            r.recommended,
            (
                Operand("申请额度", "Requested", r.requested),
                Operand("公式额度", "Formula limit", r.formula),
                Operand("星级规则", "Tier rule", r.tier_bound),
                Operand("剩余授信预算", "Credit budget left", r.budget_left),
            ),
        ),
        "cost_of_credit": (
            "资金成本",
            "Cost of credit",
            found.cost_of_credit,
            (
                Operand("申请额度", "Requested", r.requested),
                Operand("账期(天)", "Term (days)", found.term_requested, "days"),
                Operand("资金成本率", "WACC", wacc * HUNDRED, "pct"),
            ),
        ),
    }
    source = SOURCES["ledger"]
    return {
        key: {
            "label_zh": zh,
            "label_en": en,
            "value": None if value is None else str(value.quantize(Decimal("0.01"))),
            "formula_zh": formulas.HEADLINES[key][0],
            "formula_en": formulas.HEADLINES[key][1],
            "operands": [operand.to_json() for operand in operands],
            "source_zh": source[0],
            "source_en": source[1],
            "as_of": day,
        }
        for key, (zh, en, value, operands) in named.items()
    }
