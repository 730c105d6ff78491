"""What the pages, the documents and the REST API need from a kind of request, beside its `workflows.kind.Kind`.

Everything here is words and pictures: nothing in it decides. What was submitted is shown from its frozen content
only, never from today's figures; `docs/adding-a-request-kind.md` is the recipe.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from customers.models import Customer
from workflows.kind import Kind
from workflows.models import Request
from workflows.preview import Preview

if TYPE_CHECKING:
    from workflows.letters.case import Case

NO_VALUE: Final = ""


@dataclass(frozen=True)
class Part:
    """A piece of a page: a template of the kind, which finds `context` under the name `data`."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Frozen:
    """What was submitted, as far as it was loaded: lists load no evaluation.

    Args:
        today: what `Pages.todays` found for this request: what is in force at this moment.
    """

    request: Request
    asked: Mapping[str, Any]
    facts: Mapping[str, Any]
    terms: Mapping[str, Any]
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    today: Any = None


@dataclass(frozen=True)
class Row:
    """One line of "what is asked, against what is in force today"; texts ready to show (SafeString may carry tags).

    Args:
        tone: of the change: "" | "muted" | "some" | "high".
    """

    label: str
    asked: str
    today: str = NO_VALUE
    change: str = NO_VALUE
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """A request in one line of a list or of the queue.

    Args:
        what: which variant of the kind, for example "Increase" or "Tier B to A".
        headline: the figure people look for first, usually money; "" shows the amount of the request.
        below: small, under the headline: the difference to today.
        figure: the one figure that matters for this kind; `measure` says what it is, `tone` as in `Row`.
        badge: a short mark behind the customer's name, such as the grade.
    """

    what: str
    headline: str = ""
    below: str = ""
    figure: str = ""
    measure: str = ""
    tone: str = ""
    badge: str = ""


@dataclass(frozen=True)
class Box:
    """One of the up to three figures in the tinted band of a notice."""

    label: str
    value: str
    below: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a document, 2 to 6 columns, all cells finished text.

    Args:
        figures: every column but the first is set to the right; otherwise all to the left.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: bool = True


@dataclass(frozen=True)
class Picture:
    """A drawing of a notice: a complete SVG text with viewBox="0 0 1000 500", below 20,000 characters.

    Args:
        words: what it says, printed below it.
    """

    title: str
    svg: str
    words: str


@dataclass(frozen=True)
class Notice:
    """What the decision notice of a kind says, in the active language; built once, from frozen content only.

    Args:
        title: of the paper, for example 价格批复通知书.
        subject: which variant was asked for, for example "Increase"; printed beside the number of the request.
        opening: one sentence that says to whom and about what.
        headline: the decision in one sentence.
        boxes: up to three figures; none when it was rejected.
        terms: (label, asked, granted).
        conditions: what has to be met, beyond the notes of the approvers.
        facts: (label, value): the assessment as far as the reader of the notice may see it.
        pictures: at most one.
        closing: what follows from it; "" when it was rejected.
    """

    title: str
    subject: str
    opening: str
    headline: str
    boxes: tuple[Box, ...] = ()
    terms: tuple[tuple[str, str, str], ...] = ()
    conditions: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    closing: str = ""


def nothing_needed(letter: Any, evaluation: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """No paper has to be there."""
    return ()


@dataclass(frozen=True)
class Papers:
    """The files that belong to a letter while it is written; `workflows.letter_papers.papers_of` makes the usual ones.

    Args:
        kinds: (code, label) of papers that may be attached.
        attached: letter -> the files that are there, each with pk, kind, file_name and size.
        attach: (letter, kind, file name, data, actor).
        detach: (letter, key of the paper, actor); Http404 when it is not there.
        address: paper -> where it is read.
        submitted: (letter id, key of the paper) -> the answer with the file, for a submitted one.
        needed: (letter, evaluation) -> what has to be there: {document, label_zh, label_en, present, dated}.
    """

    kinds: Sequence[tuple[str, Any]]
    attached: Callable[[Any], Sequence[Any]]
    attach: Callable[[Any, str, str, bytes, User], Any]
    detach: Callable[[Any, int, User], None]
    address: Callable[[Any], str]
    submitted: Callable[[int, int], Any]
    needed: Callable[[Any, Mapping[str, Any]], Sequence[Mapping[str, Any]]] = nothing_needed


def no_reasons(customers: Sequence[Customer | None], user: User) -> Mapping[int | None, str]:
    """Nothing stands against it."""
    return {}


def nothing_today(rows: Sequence[Frozen]) -> Mapping[int, Any]:
    """This kind is compared with nothing."""
    return {}


def no_parts(*shown: Any) -> Sequence[Part]:
    """No piece of its own."""
    return ()


@dataclass(frozen=True)
class Pages:
    """How one kind of request looks; every callable is a plain function of `workflows/kinds/<kind>_pages.py`.

    Writing a letter:
        icon: a name of static/icons.
        writers: roles that may begin and write one.
        by_customer: it is about a customer, who is chosen first.
        single: one at a time for a customer: an open request or a draft is continued instead of a second one.
        unfit: (customers, user) -> for those to whom it does not apply, the reason by customer id (None: no customer).
        letters: user -> letters that he may see and that can still be written (drafts and returned ones), with
            everything that the page needs select_related, including `created_by` and `customer__unit`.
        begin: (customer or None, user) -> a new letter with what is known filled in.
        form: (letter, user, data, files) -> a form with `.sections`: [(title, [bound fields])] or
            [(title, [bound fields], Part)]; data None: as it stands.
        keep: (letter, form, user): save the valid fields of the form, whatever the others say (Problem when refused).
        discard: (letter, user).
        papers: attachments, or None for a kind without.
        notes: (letter, evaluation) -> by field name, where a value comes from or what it is measured by.
        live: (letter, preview, user) -> evidence of the live panel, above the path; None for none.
        below: (letter, preview, user) -> pieces under the form, such as price lines or the forms behind a score.
        summary: (letter, evaluation) -> a few words beside the send button.
        places: reason code -> address or #anchor where that block is cured; reasons with a `field` value find it.
        hidden: user -> names of fields that he does not fill in.
    Showing a submitted one:
        line, rows, picture, evidence, details, words, outcome: see there.
        beside: (frozen, user) -> pieces in the right column of the request page.
        todays: rows -> by request id, what is in force today; one statement for a page of them.
    Documents:
        notice: case -> what the decision notice says; None when the kind makes papers of its own.
        sheet_tables: case -> further tables of the approval sheet.
    """

    kind: Kind
    icon: str
    writers: tuple[str, ...]
    letters: Callable[[User], Any]
    begin: Callable[[Customer | None, User], Any]
    form: Callable[[Any, User, Any, Any], Any]
    keep: Callable[[Any, Any, User], None]
    discard: Callable[[Any, User], None]
    # (frozen) -> one line for lists and the queue
    line: Callable[[Frozen], Line]
    # (frozen) -> what is asked, against today
    rows: Callable[[Frozen], Sequence[Row]]
    # (frozen) -> what the decider looks at first, in the decision panel
    picture: Callable[[Frozen], Part | None]
    # (frozen) -> the section "Evidence" of the request page
    evidence: Callable[[Frozen], Part | None]
    notice: Callable[["Case"], Notice] | None
    by_customer: bool = True
    single: bool = True
    unfit: Callable[[Sequence[Customer | None], User], Mapping[int | None, str]] = no_reasons
    papers: Papers | None = None
    notes: Callable[[Any, Mapping[str, Any]], Mapping[str, str]] = lambda letter, evaluation: {}
    live: Callable[[Any, Preview, User], Part | None] = lambda letter, shown, user: None
    below: Callable[[Any, Preview, User], Sequence[Part]] = no_parts
    summary: Callable[[Any, Mapping[str, Any]], str] = lambda letter, evaluation: ""
    places: Mapping[str, str] = field(default_factory=dict)
    # (frozen) -> what is asked besides the rows, as (label, value): for the request page and the approval sheet
    details: Callable[[Frozen], Sequence[tuple[str, str]]] = lambda frozen: ()
    # (frozen) -> why it is asked, as (label, text); the submitter's own words; a label may be empty
    words: Callable[[Frozen], Sequence[tuple[str, str]]] = lambda frozen: ()
    # (frozen) -> which variant was asked for, in the words of a document; else the name of the kind
    subject: Callable[[Frozen], str] = lambda frozen: ""
    # (frozen) -> what became of it, in a few words; shown once it is closed
    outcome: Callable[[Frozen], str] = lambda frozen: ""
    beside: Callable[[Frozen, User], Sequence[Part]] = no_parts
    todays: Callable[[Sequence[Frozen]], Mapping[int, Any]] = nothing_today
    # keys of evaluation["figures"] that the approval sheet prints, inputs before results; all of them when empty
    figures: tuple[str, ...] = ()
    sheet_tables: Callable[["Case"], Sequence[Table]] = lambda case: ()
    hidden: Callable[[User], Collection[str]] = lambda user: ()

    @property
    def code(self) -> str:
        """The kind's code, as in addresses."""
        return self.kind.code

    def missing_role(self) -> str:
        """What somebody reads who may not write this kind."""
        return _("Your role does not prepare this kind of request.")
