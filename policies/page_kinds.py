"""The policy page, part one: for each kind of request who decides, what raises it, what stops it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.language import pick
from accounts.roles import LABELS
from policies.rules.chains import Chain
from policies.rules.pack import Authority, KindRules, Pack
from policies.rules.route import route
from policies.rules.tables import Row, Table
from policies.rules.wording import chain_words, number_words

# The order of the page; kinds that are not named here follow by their code.
KINDS: Final[dict[str, Any]] = {
    "credit": gettext_lazy("Credit"),
    "tier_change": gettext_lazy("Tier change"),
    "special_price": gettext_lazy("Special price"),
    "contract": gettext_lazy("Contract"),
    "contract_template": gettext_lazy("Contract template"),
    "policy": gettext_lazy("Policy change"),
}


@dataclass(frozen=True)
class MatrixRow:
    """A row of the approval matrix: conditions, who approves, in how many working hours, and all of it in words.

    `stages` are pairs of the sign in front (→, ⇒ it takes effect, ↑ otherwise) and the roles of the stage.
    """

    code: str
    band: str
    condition: str
    stages: list[tuple[str, list[str]]]
    hours: int
    sentence: str
    note: str


@dataclass(frozen=True)
class Matrix:
    """One table that asks for approvals."""

    anchor: str
    title: str
    text: str
    rows: list[MatrixRow]


@dataclass(frozen=True)
class Rules:
    """One table of conditions without approvals: escalators, blocks, notices."""

    anchor: str
    title: str
    text: str
    rows: list[dict[str, str]]


@dataclass(frozen=True)
class KindPart:
    """Everything the policy says about one kind of request."""

    code: str
    label: str
    matrices: list[Matrix]
    rules: list[Rules]
    authority: list[dict[str, Any]]
    measure: str

    @property
    def anchor(self) -> str:
        """Where the section begins."""
        return f"kind-{self.code.replace('_', '-')}"


def language() -> str:
    """zh or en, as the reader chose."""
    return pick("zh", "en")


def kinds(pack: Pack) -> list[KindPart]:
    """Every kind of request of a version, credit first."""
    order = [*(code for code in KINDS if code in pack.kinds), *sorted(pack.kinds.keys() - KINDS.keys())]
    return [_kind(pack, code, pack.kinds[code]) for code in order]


def _kind(pack: Pack, code: str, mine: KindRules) -> KindPart:
    grants = [grant for grant in pack.authority if grant.request_kind == code]
    return KindPart(
        code=code,
        label=str(KINDS.get(code, code)),
        matrices=[_matrix(pack, table) for table in (*mine.bands, *mine.joins)],
        rules=[_rules(table) for table in (*mine.escalators, *mine.blocks, *mine.notices)],
        authority=authority(pack, code),
        measure=_measure(mine, grants),
    )


def _title(table: Table) -> str:
    return pick(table.title_zh, table.title_en)


def _anchor(table: Table) -> str:
    return f"table-{table.code.lower()}"


def _matrix(pack: Pack, table: Table) -> Matrix:
    return Matrix(_anchor(table), _title(table), _how_read(table), [_matrix_row(pack, row) for row in table.rows])


def _how_read(table: Table) -> str:
    if table.use == "join":
        return _("These approvals are added; each role acts once, at its latest position.")
    if table.hit_policy == "collect":
        return _("Every row that applies counts; the highest level decides.")
    if table.hit_policy == "first":
        return _("The first row that applies counts.")
    return _("An amount exactly at a threshold belongs to the lower band.")


def row_sentence(pack: Pack | None, table: Table, row: Row) -> str:
    """A row of any table in words: what it asks, and who approves then where it leads to a chain that can be read.

    What its cells ask is said, not the row's own wording, which its author may have forgotten to change.
    """
    row = replace(row, outputs={key: said for key, said in row.outputs.items() if not key.startswith("when_")})
    if pack is not None and table.use in ("band", "join") and row.outputs.get("band") in pack.chains:
        return _matrix_row(pack, row).sentence
    if pack is not None and table.kind == "chain" and row.code in pack.chains:
        return _words(pack, pack.chains[row.code])
    return row.condition(language())


def _matrix_row(pack: Pack, row: Row) -> MatrixRow:
    band = row.outputs["band"]
    chain = pack.chains[band]
    condition, words = row.condition(language()), _words(pack, chain)
    sentence = pick(f"如果{condition}：{words}。", f"If the {condition}: {words}.")
    hours = sum(max(seat.hours for seat in seats) for seats in route(pack, [band]))
    note = pick(row.rationale_zh, row.rationale_en)
    return MatrixRow(row.code, row.outputs.get("code", band), condition, _stages(chain), hours, sentence, note)


def _stages(chain: Chain) -> list[tuple[str, list[str]]]:
    """The stages as they are drawn; who is only asked for a comment has a question mark."""
    drawn = []
    for number, stage in enumerate(chain.stages):
        sign = "→" if number else ""
        if number == chain.effect_after:
            sign = "⇒"
        if set(stage) <= chain.appeal:
            sign = "↑"
        drawn.append((sign, [role + _mark(chain, role) for role in stage]))
    return drawn


def _mark(chain: Chain, role: str) -> str:
    """What stands behind a role in a chain: a question mark for a comment, how several decide together."""
    panel = chain.panels.get(role)
    return "?" if role in chain.comments else panel.written if panel else ""


def _words(pack: Pack, chain: Chain) -> str:
    """The chain as a sentence, with what happens before and after it takes effect."""
    before = _named(pack, chain, chain.stages[: chain.effect_after])
    ratifying = [stage for stage in chain.stages[chain.effect_after :] if not set(stage) <= chain.appeal]
    if not ratifying:
        return chain_words(before, language())
    after = chain_words(_named(pack, chain, tuple(ratifying)), language())
    last = chain_words([[_name(pack, role) for role in sorted(chain.appeal)]], language()) if chain.appeal else ""
    first_zh = f"{chain_words(before, 'zh')}，立即生效" if before else "提交即生效"
    first_en = f"{chain_words(before, 'en')}, effective at once" if before else "effective when it is sent"
    last_zh, last_en = (f"，否则由{last}决定", f", otherwise the {last} decides") if last else ("", "")
    return pick(f"{first_zh}；事后由{after}追认{last_zh}", f"{first_en}; ratified afterwards by {after}{last_en}")


def _named(pack: Pack, chain: Chain, stages: tuple[tuple[str, ...], ...]) -> list[list[str]]:
    return [[_name(pack, role) + _taking_part(chain, role) for role in stage] for stage in stages]


def _taking_part(chain: Chain, role: str) -> str:
    """How a role takes part, in brackets, where it is not simply asked."""
    if role in chain.comments:
        return pick("（提意见）", " (for a comment)")
    panel = chain.panels.get(role)
    if panel is None:
        return ""
    zh, en = panel.words
    return pick(f"（{zh}）", f" ({en})")


def _name(pack: Pack, role: str) -> str:
    return pick(pack.roles[role].zh, pack.roles[role].en)


def _rules(table: Table) -> Rules:
    text = ""
    if table.use == "escalator":
        text = _("Each one that applies raises the band by one, at most by %(cap)s.") % {"cap": table.cap or 1}
    if table.use == "block":
        text = _("The request can be kept as a draft and sent when the reason is gone.")
    if table.use == "notice":
        text = _("Said to whoever writes the request; it stops nothing.")
    return Rules(_anchor(table), _title(table), text, rules(table))


def rules(table: Table) -> list[dict[str, str]]:
    """Rows with conditions: code, conditions, outcome, note."""
    return [
        {
            "code": row.outputs.get("code", row.code),
            "condition": row.condition(language()),
            "outcome": row.outputs.get("grade", ""),
            "note": pick(row.rationale_zh, row.rationale_en),
        }
        for row in table.rows
    ]


def authority(pack: Pack, kind: str) -> list[dict[str, Any]]:
    """Role, what it does, its ceiling and its hours."""
    return [_grant(pack, grant) for grant in pack.authority if grant.request_kind == kind]


def _grant(pack: Pack, grant: Authority) -> dict[str, Any]:
    said = next(
        (row.outputs for row in pack.tables["AUTH"].rows if row.code == f"{grant.request_kind}-{grant.role}"), {}
    )
    words = pick(said.get("zh", ""), said.get("en", ""))
    return {
        "role": grant.role,
        "label": role_label(grant.role),
        "endorses": grant.ceiling == 0,
        "ceiling": None if grant.ceiling is None else words or number_words(Decimal(grant.ceiling), "money", "en"),
        "hours": pack.sla_hours[grant.role],
    }


def _measure(mine: KindRules, grants: list[Authority]) -> str:
    """What ceilings of authority are compared with, in words."""
    columns = [mine.columns[grant.metric] for grant in grants if grant.metric in mine.columns]
    return pick(columns[0].zh, columns[0].en) if columns else ""


def role_label(role: str) -> str:
    """The role's name as everywhere in the product; of one that a draft alone knows, its code."""
    return pick(*LABELS.get(role, (role, role)))
