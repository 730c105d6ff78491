"""Several items of the queue with one comment: what will be decided, and what became of each."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import AUTHENTICATED, access
from accounts.problems import Problem
from accounts.roles import Role
from jobs.idempotency import key_of_form
from workflows.forms import BulkForm, queue_filter
from workflows.queries_bulk import waiting
from workflows.refusals import problem
from workflows.services.bulk import LARGEST, Chosen, Outcome, decide_many
from workflows.views import queue

LONGEST_QUERY: Final = 400


@access(AUTHENTICATED)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest) -> HttpResponse:
    """Look at what was chosen; say it; see what became of each."""
    if request.method == "GET":
        return _review(request, _numbers(request.GET.getlist("step")), BulkForm())
    form = BulkForm(request.POST)
    chosen = [each for each in map(_chosen, request.POST.getlist("item")) if each is not None]
    if form.is_valid():
        try:
            outcomes = decide_many(
                chosen,
                actor=queue.user_of(request),
                verb=form.cleaned_data["verb"],
                reason=form.cleaned_data["reason"],
                role=form.cleaned_data["role"],
                idempotency_key=key_of_form(request.POST),
            )
        except Problem as refusal:
            form.add_error("reason" if refusal.code == "reason_missing" else None, refusal.title)
        else:
            return _results(request, form, outcomes)
    return _review(request, [each.step for each in chosen], form, 422)


def _review(request: HttpRequest, steps: list[int], form: BulkForm, status: int = 200) -> HttpResponse:
    """The chosen items: those that will be decided, and those that will not, with the reason."""
    found = list(waiting(queue.user_of(request), steps[:LARGEST]).values())
    fit = [each.step for each in found if each.refusal is None]
    apart = [(each.step, problem(each.refusal).title) for each in found if each.refusal is not None]
    sentences = {step.pk: sentence for step, sentence in apart}
    context = {
        "form": form,
        "rows": queue.rows_of(fit),
        "apart": [{**row, "why": sentences[row["step"].pk]} for row in queue.rows_of([step for step, _why in apart])],
        "role": fit[0].role if fit else "",
        "role_name": Role(fit[0].role).label if fit else "",
        "too_many": LARGEST if len(steps) > LARGEST else 0,
        "query": _query(request.GET if request.method == "GET" else request.POST),
    }
    return render(request, "workflows/queue_bulk.html", context, status=status)


def _results(request: HttpRequest, form: BulkForm, outcomes: list[Outcome]) -> HttpResponse:
    steps = {each.step.pk: each.step for each in waiting(queue.user_of(request), [o.step for o in outcomes]).values()}
    context = {
        "verb": form.cleaned_data["verb"],
        "rows": [{"outcome": each, "step": steps.get(each.step)} for each in outcomes],
        "done": sum(each.decided for each in outcomes),
        "refused": sum(not each.decided for each in outcomes),
        "query": _query(request.POST),
    }
    return render(request, "workflows/queue_bulk_results.html", context)


def _numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def _chosen(text: str) -> Chosen | None:
    """``number:step:digest`` as the page wrote it."""
    no, _, rest = text.partition(":")
    step, _, sha = rest.partition(":")
    return Chosen(no[:24], int(step), sha[:64]) if _numbers([step]) and no and "\x00" not in text else None


def _query(params: QueryDict) -> str:
    """The filter to go back to; this page's own parameters stay behind."""
    text: Any = params.get("query", "")
    return queue.query_of(queue_filter(QueryDict(text[:LONGEST_QUERY])))
