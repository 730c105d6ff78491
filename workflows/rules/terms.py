"""What is asked for and granted: terms, and the conditions that only tighten them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Tighter = Literal["lower", "higher", "earlier", "adds"]
FieldType = Literal["money", "percent", "number", "days", "day", "text"]
# What is asked for: amounts, counts, days and lists of sentences, by name. None stands for "not limited".
Terms = Mapping[str, Any]
# What an approver asks for, only the fields that he filled in.
Conditions = Mapping[str, Any]


@dataclass(frozen=True)
class ConditionField:
    """One thing that an approver of a kind may tighten.

    Args:
        name: of the condition, and of the term where `into` names no other.
        tighter: which direction is stricter; ``adds`` collects sentences.
        label: of the form's field.
        said: the sentence with ``%(value)s`` that decision and notice say.
    """

    name: str
    type: FieldType
    tighter: Tighter
    label: Any
    said: Any = "%(value)s"
    help: Any = ""
    into: str = ""

    @property
    def term(self) -> str:
        """The term that it tightens."""
        return self.into or self.name


def loosened(fields: Iterable[ConditionField], terms: Terms, conditions: Conditions) -> str | None:
    """The first field in which the conditions would give more than the terms so far, or None.

    Raising is a return to the rep, not a condition (routing rule 7). A last day must leave at least one day.
    """
    for wanted in fields:
        made, so_far = conditions.get(wanted.name), terms.get(wanted.term)
        if made is None or wanted.tighter == "adds":
            continue
        if wanted.tighter == "earlier" and terms.get("valid_from") is not None and made <= terms["valid_from"]:
            return wanted.name
        if so_far is not None and (made < so_far if wanted.tighter == "higher" else made > so_far):
            return wanted.name
    return None


def tightened(fields: Iterable[ConditionField], terms: Terms, conditions: Iterable[Conditions]) -> dict[str, Any]:
    """Apply the conditions of all approvers; the tightest wins, in any order."""
    asked, result = list(conditions), dict(terms)
    for wanted in fields:
        made = [each[wanted.name] for each in asked if each.get(wanted.name) not in (None, "")]
        so_far = result.get(wanted.term)
        if wanted.tighter == "adds":
            result[wanted.term] = (*(so_far or ()), *made)
        elif made:
            known = made if so_far is None else [so_far, *made]
            result[wanted.term] = max(known) if wanted.tighter == "higher" else min(known)
    return result
