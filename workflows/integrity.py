"""Part of the check of the trail: every submission, decision and credit line has its event, and the other way round."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from audit.models import Event
from audit.verify import Finding, register_cross_check
from credit.models import CreditLine
from workflows.models import Decision, Submission
from workflows.preview import sha256_of


@register_cross_check
def submissions_are_as_recorded() -> Iterator[Finding]:
    """Content still has its digest, and the trail has an event with that digest."""
    sent = ["request.submitted", "request.resubmitted", "request.rerouted"]
    recorded = Counter(
        (event.request_no, event.content["object"].get("content_sha256"))
        for event in Event.objects.filter(action__in=sent).iterator()
    )
    for submission in Submission.objects.select_related("request").iterator(200):
        no = submission.request.no
        if sha256_of(submission.content) != submission.content_sha256:
            yield _finding("submission_content", no, "提交内容与摘要不符", "has content that does not match its digest")
        if recorded[no, submission.content_sha256] < 1:
            yield _finding("submission_event", no, "提交没有对应的记录", "has a submission without its event")
        recorded[no, submission.content_sha256] -= 1
    for (no, _sha), left in recorded.items():
        if left > 0:
            yield _finding("submission_missing", no or "", "提交记录缺失", "was submitted, but its submission is gone")


@register_cross_check
def decisions_are_as_recorded() -> Iterator[Finding]:
    """One event for each decision, by the same person, about the same step, with the same verb."""
    recorded = Counter(
        (event.request_no, event.actor_id, event.content["after"]["step"], event.content["after"]["verb"])
        for event in Event.objects.filter(action="request.decided").iterator()
    )
    rows = Decision.objects.values_list("request__no", "actor_id", "step__key", "verb")
    for no, actor, step, verb in rows.iterator():
        key = (no, actor, step, verb)
        if recorded[key] < 1:
            yield _finding("decision_event", no, "有决定没有对应的记录", "has a decision that does not match its event")
        recorded[key] -= 1
    for (no, *_rest), left in recorded.items():
        if left > 0:
            yield _finding("decision_missing", no or "", "有决定已不存在", "was decided, but the decision is gone")


@register_cross_check
def credit_lines_are_as_recorded() -> Iterator[Finding]:
    """Every line that a request granted says what its event says."""
    events = Event.objects.filter(action="credit.line_granted", object_type="credit_line")
    granted = {event.object_id: event.content["after"].get("amount") for event in events.iterator()}
    for line in CreditLine.objects.filter(application__isnull=False).iterator():
        said = granted.get(str(line.pk))
        if (None if said is None else Decimal(said)) != line.amount:
            yield _finding("line_event", line.request_no, "授信额度与记录不符", "has a credit line unlike its event")


def _finding(kind: str, no: str, zh: str, en: str) -> Finding:
    return Finding(kind, f"申请 {no} {zh}。", f"Request {no} {en}.", f"request:{no}")
