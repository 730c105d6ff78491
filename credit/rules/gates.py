"""Knock-outs (grade C whatever the score) and caps (the best grade possible). Source: defaults.md 2(b)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from credit.rules.scorecard import Cap, Note
from policies.rules.standards import Parameters

OVERDUE_KNOCK_OUT = 90
OVERDUE_CAP_B = 60
OVERDUE_CAP_A = 30
BOUNCED_KNOCK_OUT = 2
KNOCK_OUTS: dict[str, tuple[str, str]] = {
    "KO-1": ("失信被执行人或强制执行记录未结", "Open dishonest-debtor or enforcement record"),
    "KO-2": ("24个月内有付款纠纷诉讼", "Lawsuit for payment within 24 months"),
    "KO-3": ("有无争议发票逾期超过90天", "Undisputed invoice more than 90 days overdue"),
    "KO-4": ("12个月内退票两次及以上", "Two or more bounced bills within 12 months"),
    "KO-5": ("必备证照已过期", "Blocking licence expired"),
    "KO-6": ("提供虚假资料", "Forged document"),
    "KO-7": ("破产、停业或被责令停业整改", "Insolvency, closure or ordered suspension"),
    "KO-8": ("拒签合同或对账单", "Refusal to sign the contract or the statement"),
}
CAPS: dict[str, tuple[str, str, str]] = {
    "CAP-1": ("B", "现有逾期超过60天", "Overdue by more than 60 days now"),
    "CAP-2": ("A", "现有逾期超过30天", "Overdue by more than 30 days now"),
    "CAP-3": ("A", "缺少必备资料", "Mandatory document missing"),
    "CAP-4": ("A", "评价数据已过时", "Evaluation data too old"),
    "CAP-5": ("A", "新客户", "New customer"),
    "CAP-6": ("AA", "无财务报表", "No financial statements"),
    "CAP-7": ("A", "法定代表人或实际控制人变更后未重新调查", "Controller changed, not surveyed again"),
}


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What is known about the customer's reputation, payment record and file on the day of scoring.

    `undisputed_overdue_days` leaves out invoices under an accepted dispute; `overdue_days` does not.
    """

    dishonest: bool = False
    lawsuit_24m: bool = False
    undisputed_overdue_days: int = 0
    overdue_days: int = 0
    bounced_12m: int = 0
    licence_expired: bool = False
    forged_document: bool = False
    insolvency: bool = False
    refused_to_sign: bool = False
    missing_documents: int = 0
    data_age_days: int | None = None
    new_customer: bool = False
    has_statements: bool = True
    controller_changed: bool = False


def knock_outs(facts: GateFacts) -> tuple[Note, ...]:
    """The eight reasons that give grade C whatever the score."""
    hits = {
        "KO-1": facts.dishonest,
        "KO-2": facts.lawsuit_24m,
        "KO-3": facts.undisputed_overdue_days > OVERDUE_KNOCK_OUT,
        "KO-4": facts.bounced_12m >= BOUNCED_KNOCK_OUT,
        "KO-5": facts.licence_expired,
        "KO-6": facts.forged_document,
        "KO-7": facts.insolvency,
        "KO-8": facts.refused_to_sign,
    }
    return tuple(Note(code, *KNOCK_OUTS[code]) for code, hit in hits.items() if hit)


def caps(facts: GateFacts, parameters: Parameters) -> tuple[Cap, ...]:
    """The reasons that bound the grade from above, whatever the score."""
    age = facts.data_age_days
    hits = {
        "CAP-1": facts.overdue_days > OVERDUE_CAP_B,
        "CAP-2": OVERDUE_CAP_A < facts.overdue_days <= OVERDUE_CAP_B,
        "CAP-3": facts.missing_documents > 0,
        "CAP-4": age is not None and age > parameters.evaluation_max_age_days,
        "CAP-5": facts.new_customer,
        "CAP-6": not facts.has_statements,
        "CAP-7": facts.controller_changed,
    }
    return tuple(Cap(CAPS[code][0], Note(code, *CAPS[code][1:])) for code, hit in hits.items() if hit)


def months_between(start: date, end: date) -> int:
    """Whole calendar months from `start` to `end` (31 January to 28 February is 0)."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months
