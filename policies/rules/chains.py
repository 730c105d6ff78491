"""Approval chains as policy owners write them: who approves, stage by stage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.rules.cells import PolicyError
from policies.rules.panels import PanelRule, parse_panel

# A role as it is written in a chain, with how its members decide together, or asked for a comment only.
_WRITTEN = re.compile(r"([A-Z]{2,4})(?:(\?)|\[([^\[\]]*)\])?")


@dataclass(frozen=True, slots=True)
class Chain:
    """Who approves, stage by stage: ``SM → (RD ∥ CC) ⇒ FM``.

    After the first `effect_after` stages the request takes effect, and later stages ratify what is in force; when one
    of them does not, the last stage decides (``↑ CFO``). Roles in `comments` (written ``SM?``) are asked for a comment
    and may object; they cannot stop anything. `panels` says of which roles several decide together (``RD[2/3]``).
    """

    stages: tuple[tuple[str, ...], ...]
    effect_after: int
    comments: frozenset[str] = frozenset()
    appeal: frozenset[str] = frozenset()
    panels: Mapping[str, PanelRule] = field(default_factory=dict)

    @property
    def ratifying(self) -> frozenset[str]:
        """Roles that act after it took effect, those of the appeal included."""
        return frozenset(role for stage in self.stages[self.effect_after :] for role in stage)


def parse_chain(text: str) -> Chain:
    """``SM → (RD ∥ CC) → CFO`` as stages of roles; the empty text is no step.

    ``⇒`` in place of the arrow (or in front) is where it takes effect, ``↑`` names who decides when it is not ratified,
    ``SM?`` is asked for a comment, of ``RD[2/3]`` several decide together (`policies.rules.panels`), but not about what
    is in force already. Raises PolicyError.
    """
    before, mark, after = text.partition("⇒")
    after, up, appeal = after.partition("↑")
    comments: set[str] = set()
    panels: dict[str, PanelRule] = {}
    first, second, last = (_stages(part, text, comments, panels) for part in (before, after, appeal))
    late = {role for stage in second + last for role in stage}
    if "⇒" in after + appeal or "↑" in before or bool(mark) != bool(second) or bool(up) != (len(last) == 1):
        raise PolicyError(f"Cannot read the approval chain {text!r}.")
    if late & panels.keys():
        raise PolicyError(f"Cannot read the approval chain {text!r}: what is in force is not ratified by a panel.")
    appealed = frozenset(role for each in last for role in each)
    return Chain(first + second + last, len(first), frozenset(comments), appealed, panels)


def _stages(part: str, text: str, comments: set[str], panels: dict[str, PanelRule]) -> tuple[tuple[str, ...], ...]:
    stages = []
    for stage in part.split("→") if part.strip() else []:
        roles = []
        for written in stage.strip().removeprefix("(").removesuffix(")").split("∥"):
            role, comments_only, panel = _role_written(written.strip(), text)
            roles.append(role)
            if comments_only:
                comments.add(role)
            if panel is not None:
                panels[role] = panel
        stages.append(tuple(roles))
    return tuple(stages)


def _role_written(written: str, text: str) -> tuple[str, bool, PanelRule | None]:
    """A role of a chain, whether it only comments, and how its members decide together. Raises PolicyError."""
    found = _WRITTEN.fullmatch(written)
    try:
        if found is None:
            raise ValueError(written)
        return found[1], bool(found[2]), None if found[3] is None else parse_panel(found[3])
    except ValueError as error:
        raise PolicyError(f"Cannot read the approval chain {text!r}.") from error
