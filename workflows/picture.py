"""The way of a request as a picture: one lane per round, one box per approval, and how long each took.

Viewflow's own chart shows the last state of a node, which is wrong in a loop; this one is drawn from the steps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.roles import Role
from accounts.templatetags.states import REQUEST, STEP
from policies.rules.calendar import working_hours_between
from workflows.models import Request, Step, Submission

BOX_W: Final = 172
BOX_H: Final = 46
GAP_X: Final = 34
GAP_Y: Final = 10
HEAD: Final = 22
# Fill, line and ink of a tone; dark enough on light for small text (WCAG AA).
TONES: Final = {
    "good": ("#e6f4ec", "#2f7d5b", "#1c5a3f"),
    "bad": ("#fbe9e7", "#b3261e", "#8c1d18"),
    "wait": ("#fdf3dc", "#a86a00", "#744a00"),
    "info": ("#e5eefa", "#2d62a8", "#1f4e8c"),
    "neutral": ("#f3f5f8", "#8a949f", "#4b5563"),
}
MARKS: Final = {"good": "✓", "bad": "✗", "wait": "↩", "info": "●", "neutral": "○"}


@dataclass(frozen=True)
class Box:
    """One box: where it is, what it says, how it stands."""

    x: int
    y: int
    title: str
    word: str
    tone: str
    hint: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Lane:
    """One round: its boxes, column by column."""

    number: int
    y: int
    columns: tuple[tuple[Box, ...], ...]


@dataclass(frozen=True)
class Stay:
    """How long somebody had it.

    Args:
        taken: working hours; None as long as it has not been opened.
        start, share: of the whole time from the first submission on, in per cent.
    """

    round: int
    what: str
    who: str
    tone: str
    word: str
    opened: datetime | None
    closed: datetime | None
    taken: Decimal | None
    allowed: int | None
    start: str
    share: str

    @property
    def late(self) -> bool:
        """Whether it took longer than it should."""
        return self.taken is not None and self.allowed is not None and self.taken > self.allowed


Round = tuple[Submission, Sequence[Step]]


def lanes(request: Request, rounds: Iterable[Round], words: dict[int, str]) -> list[Lane]:
    """Boxes of all rounds, first round first; boxes of a lane never overlap.

    Args:
        words: state of each step in its own word (`workflows.views.shown`), by primary key.
    """
    made: list[Lane] = []
    y = 0
    rounds = list(rounds)
    for submission, steps in rounds:
        stages = sorted({step.stage for step in steps})
        columns: list[list[tuple[str, str, str, str, bool]]] = [
            [(_("Submitted"), submission.submitted_by.display_name, "good", "", False)]
        ]
        for stage in stages:
            columns.append([_said(step, words) for step in steps if step.stage == stage])
        columns.append([_outcome(request, last=submission.round == request.round)])
        tallest = max(len(column) for column in columns)
        height = HEAD + tallest * (BOX_H + GAP_Y)
        made.append(
            Lane(submission.round, y, tuple(_placed(column, at, y, tallest) for at, column in enumerate(columns)))
        )
        y += height
    return made


def _said(step: Step, words: dict[int, str]) -> tuple[str, str, str, str, bool]:
    look = STEP[words[step.pk]]
    decision = step.carried_from if step.status == "carried" else getattr(step, "decision", None)
    who = decision.actor.display_name if decision else ""
    return (str(Role(step.role).label), str(look.label), look.tone, who, step.status in ("superseded", "withdrawn"))


def _outcome(request: Request, *, last: bool) -> tuple[str, str, str, str, bool]:
    if not last:
        look = STEP["returned"]
        return (_("Back to the submitter"), str(look.label), look.tone, "", False)
    look = REQUEST[request.state]
    return (_("Outcome"), str(look.label), look.tone, "", request.closed_at is None)


def _placed(column: list[tuple[str, str, str, str, bool]], at: int, y: int, tallest: int) -> tuple[Box, ...]:
    x = at * (BOX_W + GAP_X)
    top = y + HEAD + (tallest - len(column)) * (BOX_H + GAP_Y) // 2
    return tuple(
        Box(x, top + row * (BOX_H + GAP_Y), title, word, tone, hint, dashed)
        for row, (title, word, tone, hint, dashed) in enumerate(column)
    )


def drawn(made: Sequence[Lane], title: str) -> SafeString:
    """The lanes as SVG of its natural size; the page lets it scroll sideways."""
    width = max(len(lane.columns) for lane in made) * (BOX_W + GAP_X) - GAP_X + 2
    height = max(box.y for lane in made for column in lane.columns for box in column) + BOX_H + 4
    parts: list[SafeString] = []
    for lane in made:
        parts.append(
            format_html(
                '<text x="1" y="{}" font-size="12" fill="#4b5563">{}</text>',
                lane.y + 14,
                _("Round %(n)d") % {"n": lane.number},
            )
        )
        for left, right in zip(lane.columns, lane.columns[1:], strict=False):
            parts += [_edge(one, other) for one in left for other in right]
        parts += [_box(box) for column in lane.columns for box in column]
    inside = format_html_join("", "{}", ((part,) for part in parts))
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="way-picture" role="img" focusable="false" width="{}" '
        'height="{}" viewBox="-1 0 {} {}"><title>{}</title>{}</svg>',
        width, height, width, height, title, inside,
    )  # fmt: skip


def _edge(left: Box, right: Box) -> SafeString:
    x1, y1, x2, y2 = left.x + BOX_W, left.y + BOX_H // 2, right.x, right.y + BOX_H // 2
    middle = (x1 + x2) // 2
    return format_html(
        '<path d="M{} {}C{} {} {} {} {} {}" fill="none" stroke="#aab3bf" stroke-width="1.25"/>',
        x1, y1, middle, y1, middle, y2, x2, y2,
    )  # fmt: skip


def _box(box: Box) -> SafeString:
    fill, stroke, ink = TONES[box.tone]
    return format_html(
        '<g><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="6" fill="{}" stroke="{}"{}/>'
        '<text x="{}" y="{}" font-size="12.5" font-weight="600" fill="#1d2736">{}</text>'
        '<text x="{}" y="{}" font-size="11.5" fill="{}">{} {}</text></g>',
        " · ".join(filter(None, [box.title, box.word, box.hint])),
        box.x, box.y, BOX_W, BOX_H, fill, stroke,
        SafeString(' stroke-dasharray="4 3"') if box.dashed else "",
        box.x + 9, box.y + 19, shortened(box.title, 24),
        box.x + 9, box.y + 36, ink, MARKS[box.tone], shortened(" · ".join(filter(None, [box.word, box.hint])), 27),
    )  # fmt: skip


def shortened(text: str, room: int) -> str:
    """As much of a text as fits; a Chinese character takes twice the room."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if ord(character) > 0x2E7F else 1
        if used > room:
            return text[: max(1, index - 1)] + "…"
    return text


def stays(request: Request, rounds: Sequence[Round], words: dict[int, str], now: datetime) -> list[Stay]:
    """Who had it, from when to when, in the order of time; also the author between two rounds."""
    unit = request.unit
    begin = rounds[0][0].submitted_at
    end = request.closed_at or now
    whole = max((end - begin).total_seconds(), 1.0)

    def stay(
        number: int,
        what: str,
        who: str,
        look: Any,
        opened: datetime | None,
        closed: datetime | None,
        allowed: int | None,
    ) -> Stay:
        until = closed or (end if opened else None)
        taken = None
        if opened is not None and until is not None:
            taken = working_hours_between(opened, until, unit.time_zone, unit.holiday_calendar)
        from_ = (opened - begin).total_seconds() / whole if opened else 0.0
        share = (until - opened).total_seconds() / whole if opened and until else 0.0
        start, length = f"{min(max(from_, 0), 1) * 100:.2f}%", f"{max(min(share, 1), 0.004) * 100:.2f}%"
        return Stay(number, what, who, look.tone, str(look.label), opened, closed, taken, allowed, start, length)

    found: list[Stay] = []
    for (submission, steps), following in zip(rounds, [*rounds[1:], None], strict=True):
        opened = [step for step in steps if step.opened_at is not None]
        for step in sorted(opened, key=lambda each: (each.opened_at, each.pk)):
            decision = getattr(step, "decision", None)
            who = decision.actor.display_name if decision else ""
            found.append(
                stay(
                    submission.round,
                    str(Role(step.role).label),
                    who,
                    STEP[words[step.pk]],
                    step.opened_at,
                    step.closed_at,
                    step.sla_hours,
                )
            )
        ended = max((step.closed_at for step in steps if step.closed_at is not None), default=None)
        if following is not None and ended is not None:
            author = submission.submitted_by.display_name
            found.append(
                stay(submission.round, _("Revision"), author, STEP["returned"], ended, following[0].submitted_at, None)
            )
    return found
