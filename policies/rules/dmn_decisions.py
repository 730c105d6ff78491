"""Decision tables of DMN and what they decide: every hit policy of the standard, exact numbers, required decisions.

Source: OMG DMN 1.3, 8.2.8 to 8.2.11 (hit policies), 8.3.4 (default outputs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Any, Final

from policies.rules.cells import PolicyError
from policies.rules.dmn_feel import ANYTHING, MOST_DIGITS, Condition, Value, day_of, fact, kind_of, look_up, shown

SINGLE: Final = ("UNIQUE", "ANY", "FIRST", "PRIORITY")
SEVERAL: Final = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
RANKED: Final = ("PRIORITY", "OUTPUT ORDER")
AGGREGATIONS: Final = ("SUM", "MIN", "MAX", "COUNT")
_COMBINED: Final[Mapping[str, Callable[[Any], Any]]] = {"SUM": sum, "MIN": min, "MAX": max}
KINDS: Final = {"number": "a number", "text": "a string", "flag": "true or false", "date": "a day"}
# A chain of required decisions that is longer is no model of anybody's.
_LONGEST: Final = 100
# Numbers have at most MOST_DIGITS digits on either side of the point: with this room every sum of a file is exact.
_ROOM: Final = 2 * MOST_DIGITS + 12


@dataclass(frozen=True)
class Input:
    """A column: the name of the fact (or a path into a structured one), its kind and its label.

    Args: `kind` is number, text, flag or date, empty where the file does not say; `allowed`: values that it can have.
    """

    name: str
    kind: str
    label: str = ""
    allowed: Condition = ANYTHING

    def given(self, facts: Mapping[str, Any]) -> Value:
        """The fact of this column, None where it is not given. Raises PolicyError for a value of the wrong kind."""
        value = fact(look_up(facts, self.name), self.name)
        if self.kind == "date" and isinstance(value, str):
            value = day_of(value)
        if self.kind and value is not None and kind_of(value) != self.kind:
            raise PolicyError(f"{self.name} must be {KINDS[self.kind]}, not {shown(value)}.")
        if value is not None and not self.allowed.holds(value, facts):
            raise PolicyError(f"{self.name} can only be {self.allowed.text}, not {shown(value)}.")
        return value


@dataclass(frozen=True)
class Rule:
    """A row: a condition for every input, a value for every output, annotations as text; `code` is its number."""

    code: str
    conditions: tuple[Condition, ...]
    outputs: tuple[Value, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """One decision table of a DMN file.

    Args:
        hit_policy: as in the standard, such as ``RULE ORDER``; `aggregation` of COLLECT: empty, SUM, MIN, MAX or COUNT.
        outputs: names of the output columns; a single one may have the empty name.
        defaults: what holds when no rule does, for each output.
        ranks: for each output the values that the file lists for it, best first.
        annotations: names of the annotation columns.
        needs: names of other decisions of the file whose results this one asks for.
    """

    name: str
    hit_policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]
    defaults: tuple[Value, ...] = ()
    ranks: tuple[tuple[Value, ...], ...] = ()
    annotations: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def evaluate(self, facts: Mapping[str, Any]) -> Any:
        """What the table decides for these facts.

        Args: `facts` by the names of the inputs: Decimal or int, str, bool, date (or its ISO text), None or left out
        for unknown, mappings for structured ones. Results of the decisions in `needs` belong to the facts.
        Returns a value; with several outputs a mapping; for COLLECT without aggregation, RULE ORDER and OUTPUT ORDER
        a list of these. When no rule holds: the default output, else None, an empty list, or 0 for COUNT.
        Raises PolicyError for a fact of the wrong type, a missing result in `needs`, and where the hit policy is
        violated (the message names the rules).
        """
        unknown = [name for name in self.needs if name not in facts]
        if unknown:
            raise PolicyError(f"{self.name} needs the result of {', '.join(unknown)}: evaluate the whole model.")
        given = [each.given(facts) for each in self.inputs]
        hits = [rule for rule in self.rules if _holds(rule, given, facts)]
        if self.hit_policy in SEVERAL:
            return self._several(hits)
        if not hits:
            return self._result(self.defaults) if self._has_default else None
        if self.hit_policy == "UNIQUE" and len(hits) > 1:
            raise PolicyError(f"{self.name}: rules {_codes(hits)} hold at once, but only one may.")
        if self.hit_policy == "ANY" and any(_typed(rule) != _typed(hits[0]) for rule in hits):
            raise PolicyError(f"{self.name}: rules {_codes(hits)} hold at once and contradict each other.")
        return self._result((min(hits, key=self._rank) if self.hit_policy == "PRIORITY" else hits[0]).outputs)

    @property
    def _has_default(self) -> bool:
        return any(value is not None for value in self.defaults)

    def _several(self, hits: list[Rule]) -> Any:
        if self.hit_policy == "OUTPUT ORDER":
            hits = sorted(hits, key=self._rank)
        if self.aggregation:
            return self._aggregated(hits)
        if not hits and self._has_default:
            return [self._result(self.defaults)]
        return [self._result(rule.outputs) for rule in hits]

    def _aggregated(self, hits: list[Rule]) -> Value:
        values = [rule.outputs[0] for rule in hits]
        if not values and self._has_default:
            return self.defaults[0]
        if self.aggregation == "COUNT":
            return Decimal(len(values))
        if not values or None in values:
            return None
        kinds = {kind_of(value) for value in values}
        if len(kinds) > 1 or not kinds <= ({"number"} if self.aggregation == "SUM" else {"number", "text", "date"}):
            raise PolicyError(f"{self.name}: rules {_codes(hits)} have no outputs that {self.aggregation} can combine.")
        with localcontext() as context:
            context.prec = _ROOM
            combined: Value = _COMBINED[self.aggregation](values)
        return combined

    def _rank(self, rule: Rule) -> tuple[int, ...]:
        """Place of the outputs among the listed values, the first output before the others; null comes last."""
        pairs = zip(rule.outputs, self._places, strict=True)
        return tuple(places.get(value, len(places)) for value, places in pairs if places)

    @cached_property
    def _places(self) -> tuple[dict[Value, int], ...]:
        return tuple({value: place for place, value in reversed(list(enumerate(listed)))} for listed in self.ranks)

    def _result(self, outputs: tuple[Value, ...]) -> Any:
        return outputs[0] if len(self.outputs) == 1 else dict(zip(self.outputs, outputs, strict=True))


@dataclass(frozen=True)
class Model:
    """A DMN file: its decision tables, and the decisions that we cannot work out with the reason of each."""

    decisions: tuple[Decision, ...]
    refused: Mapping[str, str] = field(default_factory=dict)

    def decision(self, name: str) -> Decision:
        """The decision table of this name. Raises PolicyError saying why there is none."""
        for each in self.decisions:
            if each.name == name:
                return each
        raise PolicyError(self.refused.get(name) or f"The model has no decision {name!r}.")

    def evaluate(self, name: str, facts: Mapping[str, Any]) -> Any:
        """What the decision of this name is for these facts, after the decisions that it requires.

        A required decision whose result is among the facts is not worked out again. Args, result and errors as of
        `Decision.evaluate`; PolicyError too for a decision that is refused or that requires itself.
        """
        return self._worked_out(name, dict(facts), ())

    def _worked_out(self, name: str, facts: dict[str, Any], asking: tuple[str, ...]) -> Any:
        if name in asking or len(asking) > _LONGEST:
            raise PolicyError(f"{asking[0]} requires itself or too many decisions, one through the other.")
        decision = self.decision(name)
        for needed in decision.needs:
            if needed not in facts:
                facts[needed] = self._worked_out(needed, facts, (*asking, name))
        return decision.evaluate(facts)


def _holds(rule: Rule, given: list[Value], facts: Mapping[str, Any]) -> bool:
    return all(asked.holds(value, facts) for asked, value in zip(rule.conditions, given, strict=True))


def _typed(rule: Rule) -> list[tuple[str, Value]]:
    """Outputs with their kinds: in Python true would equal 1."""
    return [(kind_of(value), value) for value in rule.outputs]


def _codes(rules: list[Rule]) -> str:
    return ", ".join(rule.code for rule in rules)
