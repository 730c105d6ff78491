"""What a contract says and how it differs: values, deviations, blocks and the facts that decide who approves it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from contracts import template_queries
from contracts.contract_blocks import blocks, unresolved
from contracts.contract_differences import unlike
from contracts.contract_figures import PricedLine, priced, total_of, unit_price
from contracts.contract_values import Tongue, contract_values
from contracts.models import ClauseVersion, ContractLetter, TemplateVersion
from contracts.rules import deviations as rules
from contracts.rules.signing import Signer, signer_refusal
from customers.models import Licence
from policies.rules.pack import Pack
from policies.rules.tables import Reason

PAPER_OF_CUSTOMER, PAPER_OF_AUTHORITY = "customer_paper", "authority"
FIELD = re.compile(r"\{\{\s*([\w.\[\]]+)\s*\}\}")


@dataclass(frozen=True)
class SameDay:
    """Another contract of the customer with the same day of signing; `value` in a year."""

    no: str
    value: Decimal


@dataclass(frozen=True)
class Deviating:
    """A clause that shall say something else, beside what the published text says."""

    rule: rules.Deviation
    title: str
    standard: tuple[str, ...]
    owners: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "code": self.rule.code,
            "category": self.rule.category,
            "title": self.title,
            "standard": list(self.standard),
            "proposed": self.rule.proposed.split("\n") if self.rule.proposed.strip() else [],
            "reason": self.rule.reason,
            "cap_removed": self.rule.cap_removed,
            "owners": list(self.owners),
        }


@dataclass(frozen=True)
class ContractEvaluation:
    """A contract as of a business date. `value` is what the approval band is measured by, in a year."""

    on: date
    version: TemplateVersion | None
    approved: rules.Approved
    lines: tuple[PricedLine, ...]
    total: Decimal
    own_value: Decimal
    same_day: tuple[SameDay, ...]
    differences: tuple[rules.Difference, ...]
    deviations: tuple[Deviating, ...]
    values: Mapping[str, Any]
    facts: Mapping[str, Any]
    blocks: tuple[Reason, ...]

    @property
    def value(self) -> Decimal:
        """Own value and that of the contracts of the same day."""
        return self.own_value + sum((other.value for other in self.same_day), Decimal(0))

    @property
    def standard(self) -> bool:
        """Our text, our figures."""
        return not (self.differences or self.deviations or self.facts["customer_paper"])

    def to_json(self) -> dict[str, Any]:
        """What the decider sees and what the paper is made from."""
        version = self.version
        return {
            "on": self.on.isoformat(),
            "template": None
            if version is None
            else {
                "id": version.pk,
                "code": version.template.code,
                "version": version.number,
                "language": version.template.language,
                "sha256": version.sha256,
            },
            "total": str(self.total),
            "own_value": str(self.own_value),
            "value": str(self.value),
            "same_day": [{"no": other.no, "value": str(other.value)} for other in self.same_day],
            "lines": [_line(each) for each in self.lines],
            "differences": [each.to_json() for each in self.differences],
            "deviations": [each.to_json() for each in self.deviations],
            "sources": {key: list(said) for key, said in self.approved.sources.items()},
            "approved": {
                name: None if (value := getattr(self.approved, name)) is None else str(value)
                for name in ("tier", "discount", "rebate", "term_days", "limit_state", "limit", "price_list")
            },
            "standard": self.standard,
            "values": dict(self.values),
        }


def evaluate(
    letter: ContractLetter,
    approved: rules.Approved,
    same_day: Sequence[SameDay],
    papers: Collection[str],
    pack: Pack,
    on: date,
) -> ContractEvaluation:
    """Evaluate a contract letter on a business date; a draft goes as far as it can, what is missing is a block.

    Args:
        approved: what was decided for the customer. same_day: the customer's other contracts of the day.
        papers: kinds of the papers that are attached.
    """
    usual = {row.code: Decimal(row.outputs["value"]) for row in pack.tables["CT-STD"].rows}
    template = letter.template
    version = None
    if template is not None:
        version = template_queries.published(template.unit, template.code, template.language, on)
    lines = priced(letter, approved)
    values = contract_values(letter, approved, version, usual, lines) if version else {}
    deviating = _deviating(letter, version, values)
    different = unlike(letter, approved, usual, lines)
    total = total_of(lines)
    own = _yearly(letter, total)
    open_fields = unresolved(version, values)
    facts = {
        **rules.routing_facts([each.rule for each in deviating], different),
        **_signer_facts(letter, papers, on),
        "contract_own_value": own,
        "contract_value": own + sum((other.value for other in same_day), Decimal(0)),
        "same_day_value": sum((other.value for other in same_day), Decimal(0)),
        "same_day_contracts": len(same_day) + 1,
        "customer_paper": letter.on_customer_paper,
        "licence_expired": _licence_expired(letter, on),
        "no_template": version is None,
        "unresolved_fields": 0,
    }
    return ContractEvaluation(
        on, version, approved, tuple(lines), total, own, tuple(same_day), different, deviating, values, facts,
        blocks(letter, lines, papers, open_fields, on),
    )  # fmt: skip


def replaced_lines(evaluation: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The lines of clauses that deviate, as the paper prints them; a clause left out says so."""
    tongue = Tongue((evaluation["template"] or {}).get("language", ""))
    nothing = tongue.say("本条不适用。", "This clause does not apply.")
    return {each["code"]: tuple(each["proposed"]) or (nothing,) for each in evaluation["deviations"]}


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A line of a clause with its fields filled in, for reading beside a deviation."""

    def value(match: re.Match[str]) -> str:
        found: Any = values
        for name in match.group(1).split("."):
            found = found.get(name, {}) if isinstance(found, Mapping) else {}
        return found if isinstance(found, str) and found else "—"

    return FIELD.sub(value, text)


def _yearly(letter: ContractLetter, total: Decimal) -> Decimal:
    """The stated value of a year, but not less than what the lines come to in a year of the contract's months."""
    stated = letter.annual_value or Decimal(0)
    if letter.valid_from is None or letter.valid_to is None:
        return max(stated, total)
    days = (letter.valid_to - letter.valid_from).days + 1
    return max(stated, total if days <= 366 else (total * 365 / days).quantize(Decimal("0.01")))


def _deviating(
    letter: ContractLetter, version: TemplateVersion | None, values: Mapping[str, Any]
) -> tuple[Deviating, ...]:
    if version is None:
        return ()
    published = template_queries.clause_versions(version.template.unit)
    texts = {clause["code"]: clause for clause in version.clauses}
    rows = letter.deviations.all()
    return tuple(_one(each, published.get(each.code), texts.get(each.code, {}), values) for each in rows)


def _one(each: Any, clause: ClauseVersion | None, text: Mapping[str, Any], values: Mapping[str, Any]) -> Deviating:
    category, proposed = clause.clause.category if clause else "general", each.proposed.strip()
    lines = tuple(filled(line, values) for line in text.get("lines", ()))
    rule = rules.Deviation(
        each.code,
        category,
        proposed,
        each.reason,
        allowed=clause is None or clause.deviation_allowed,
        mandatory=clause is not None and clause.mandatory,
        cap_removed=each.cap_removed or (category == "liability" and rules.drops_cap(lines, proposed)),
    )
    owners = list(clause.owners) if clause else ["LG"]
    # on liability the last word is needed only when the cap goes (clause-owner matrix)
    if clause and clause.final_owner and (rule.cap_removed or rule.category != "liability"):
        owners.append(clause.final_owner)
    return Deviating(rule, text.get("title", each.code), lines, tuple(owners))


def _signer_facts(letter: ContractLetter, papers: Collection[str], on: date) -> dict[str, bool]:
    signer = Signer(
        letter.signer_name,
        letter.signer_legal_rep,
        letter.authority_no,
        letter.authority_valid_to,
        PAPER_OF_AUTHORITY in papers,
    )
    refusal = signer_refusal(signer, on, letter.sign_on or on)
    codes = ("signer_missing", "authority_missing", "authority_expired", "authority_ends_before")
    return {code: code == refusal for code in codes}


def _licence_expired(letter: ContractLetter, on: date) -> bool:
    return Licence.objects.filter(customer_id=letter.customer_id, blocking=True, valid_to__lt=on).exists()


def _line(each: PricedLine) -> dict[str, Any]:
    line = each.line
    return {
        "product": line.product,
        "name": line.name,
        "brand": line.brand,
        "spec": line.spec,
        "unit": line.unit,
        "quantity": f"{line.quantity.normalize():f}",
        "price": unit_price(each.price),
        "amount": "" if each.amount is None else str(each.amount),
        "agreement": each.agreement,
        "typed": line.unit_price is not None,
    }
