"""Every door through which an open request changes, ready to be walked through by eight people at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.db import transaction

from accounts.models import User
from accounts.queries import business_today
from accounts.roles import Role
from policies.queries import content, version_in_force
from policies.services import activate, draft_version
from tests import factories
from tests.default_policy import default_policy
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import services, sla
from workflows.kinds.credit import KIND
from workflows.models import Consultation, Question, Request, Step, Submission

LONG_AGO: Final = timedelta(days=60)


@dataclass
class Cast:
    """A company with two or three people for each part, and two versions of its policy."""

    company: Company
    managers: list[User] = field(default_factory=list)
    controllers: list[User] = field(default_factory=list)
    directors: list[User] = field(default_factory=list)
    officers: list[User] = field(default_factory=list)
    expert: User = None  # type: ignore[assignment]

    @classmethod
    def hired(cls) -> "Cast":
        company = factories.company()
        default_policy()
        today = business_today()
        activate(draft_version(2, content(version_in_force(today)), today, "The same again.", None), None)
        east = company.east
        return cls(
            company,
            [company.manager, *(company.hire(f"Manager {n}", Role.SM, region=east) for n in (2, 3))],
            [company.credit_controller, *(company.hire(f"Controller {n}", Role.CC) for n in (2, 3))],
            [company.director, company.hire("Director 2", Role.RD)],
            [company.cfo, *(company.hire(f"Officer {n}", Role.CFO) for n in (2, 3))],
            factories.user("Expert"),
        )


@dataclass
class Scene:
    """One request and the step that everybody is after.

    Args:
        holders: who may decide the step; the last of them is given things.
        earlier: the step that the first of the managers has decided or will decide.
    """

    cast: Cast
    request: Request
    step: Step
    holders: list[User]
    earlier: Step
    extra: dict[str, Any] = field(default_factory=dict)

    def holder(self, number: int = 0) -> User:
        """One of the two who race; the third waits to be given the step."""
        return self.holders[number % 2]

    def decide(self, step: Step, actor: User, verb: str, key: str = "", **said: Any) -> Any:
        sha = Submission.objects.get(pk=step.submission_id).content_sha256
        words: dict[str, Any] = {"reason": "" if verb == "approve" else "Not like this.", **said}
        key = key or uuid4().hex
        return services.decide(
            self.request.no, step.pk, actor=actor, verb=verb, content_sha256=sha, idempotency_key=key, **words
        )


def step_of(request: Request, role: str) -> Step:
    """The newest step of a role."""
    return Step.objects.filter(request=request, role=role).latest("pk")


def scene(cast: Cast, at: str) -> Scene:
    """A new request: at its ``first`` step, in the ``middle`` (CC and RD open), or ``returned``."""
    letter = ready_application(cast.company)
    request = services.submit(KIND, letter.pk, actor=cast.company.rep, idempotency_key=uuid4().hex)
    first = step_of(request, "SM")
    made = Scene(cast, request, first, cast.managers, first)
    if at == "middle":
        made.decide(first, cast.managers[0], "approve")
        made.step, made.holders = step_of(request, "CC"), cast.controllers
    if at == "returned":
        made.decide(first, cast.managers[0], "return")
    return made


Act = Callable[[], Any]


@dataclass(frozen=True)
class Verb:
    """One verb, as an act prepared for one of the eight.

    Args:
        action: the event that it leaves, once for each time it succeeds.
        quiet: it may succeed without doing anything, as what time does or what is done already.
        at: the scene in which it is possible.
    """

    name: str
    action: str
    act: Callable[[Scene, int], Act]
    ready: Callable[[Scene], object] = lambda scene: None
    at: str = "middle"
    quiet: bool = False


def by_itself(run: Act) -> Act:
    """What time does, in a transaction as that of its job."""

    def act() -> Any:
        with transaction.atomic():
            return run()

    return act


def _call(door: Callable[..., Any], *args: Any, **words: Any) -> Act:
    key = uuid4().hex
    return lambda: door(*args, **words, idempotency_key=key)


def _saying(verb: str, **said: Any) -> Callable[[Scene, int], Act]:
    def prepared(scene: Scene, number: int) -> Act:
        sha, actor = Submission.objects.get(pk=scene.step.submission_id).content_sha256, scene.holder(number)
        words = {"reason": "" if verb == "approve" else "Not like this.", **said}
        return _call(
            services.decide, scene.request.no, scene.step.pk, actor=actor, verb=verb, content_sha256=sha, **words
        )

    return prepared


def _on_step(door: Callable[..., Any], **words: Any) -> Callable[[Scene, int], Act]:
    return lambda scene, number: _call(door, scene.request.no, scene.step.pk, actor=scene.holder(number), **words)


def _transfer(scene: Scene, number: int) -> Act:
    to = scene.holders[2]
    return _on_step(services.transfer, to=to, reason="On leave.")(scene, number)


def _give_out(scene: Scene, number: int) -> Act:
    return _on_step(services.delegate_step, to=scene.cast.expert, reason="Please look.")(scene, number)


def _hand_back(scene: Scene, number: int) -> Act:
    actor = scene.cast.expert if number % 2 else scene.holders[0]
    return _call(services.hand_back, scene.request.no, scene.step.pk, actor=actor, opinion="Sound.")


def _override(scene: Scene, number: int) -> Act:
    sha, actor = Submission.objects.get(pk=scene.step.submission_id).content_sha256, scene.cast.officers[number % 2]
    said = {"verb": "approve", "content_sha256": sha, "reason": "He is ill."}
    return _call(services.override, scene.request.no, scene.step.pk, actor=actor, **said)


def _take_back(scene: Scene, number: int) -> Act:
    actor = scene.cast.managers[0]
    return _call(services.take_back, scene.request.no, scene.earlier.pk, actor=actor, reason="I misread it.")


def _add(scene: Scene, number: int, *, mode: str = "approve", where: str = "") -> Act:
    where = where or ("parallel", "before", "after")[number % 3]
    return _on_step(
        services.add_approver, where=where, mode=mode, user=scene.cast.company.finance_manager, reason="Costs."
    )(scene, number)


def _with_addition(scene: Scene, mode: str = "approve") -> None:
    scene.extra["added"] = _add(scene, 0, mode=mode, where="parallel")()


def _remove(scene: Scene, number: int) -> Act:
    return _call(
        services.remove_approver, scene.request.no, scene.extra["added"].pk, actor=scene.holders[0], reason="Enough."
    )


def _lapse(scene: Scene, number: int) -> Act:
    no, added = scene.request.no, scene.extra["added"]
    return by_itself(lambda: services.lapse(no, added.pk))


def _with_old_comment(scene: Scene) -> None:
    _with_addition(scene, "comment")
    _late(scene.extra["added"])


def _late(step: Step) -> None:
    """As if its time had passed."""
    past = datetime.now(UTC) - LONG_AGO
    Step.objects.filter(pk=step.pk).update(next_at=past, due_at=past)


def _answer(scene: Scene, number: int) -> Act:
    question = Question.objects.get(request=scene.request, closed_at=None)
    return _call(
        services.answer_question, scene.request.no, question.pk, actor=scene.cast.company.rep, text="No. 3 and No. 5."
    )


def _consult(scene: Scene, number: int) -> Act:
    who = {"user": scene.cast.expert, "actor": scene.holder(number)}
    return _call(services.consult, scene.request.no, text="Sound?", **who)


def _opinion(scene: Scene, number: int) -> Act:
    asked = Consultation.objects.get(request=scene.request)
    return _call(services.answer_consultation, scene.request.no, asked.pk, text="Sound.", actor=scene.cast.expert)


def _returned_waiting(scene: Scene) -> None:
    scene.decide(step_of(scene.request, "RD"), scene.cast.directors[0], "return")


def _end_waiting(scene: Scene, number: int) -> Act:
    no = scene.request.no
    return by_itself(lambda: services.end_waiting_return(no, 1, "RD"))


def _give_back(scene: Scene, number: int) -> Act:
    no, step = scene.request.no, scene.step
    return by_itself(lambda: services.give_back(no, step.pk))


def _by_rep(door: Callable[..., Any], **words: Any) -> Callable[[Scene, int], Act]:
    return lambda scene, number: _call(door, scene.request.no, actor=scene.cast.company.rep, **words)


def _by_owner(door: Callable[..., Any], **words: Any) -> Callable[[Scene, int], Act]:
    """By the owners of the policy."""
    return lambda scene, number: _call(door, scene.request.no, actor=scene.cast.officers[number % 2], **words)


def _comment(no: str, *, text: str, actor: User, idempotency_key: str) -> Any:
    return services.comment(no, text, actor=actor, idempotency_key=idempotency_key)


def _watched(door: Callable[..., Any]) -> Callable[[Scene, int], Act]:
    return lambda scene, number: _call(door, scene.request.no, actor=scene.cast.company.auditor)


VERBS: Final = (
    Verb("approve", "request.decided", _saying("approve")),
    Verb("reject", "request.decided", _saying("reject")),
    Verb("return", "request.decided", _saying("return")),
    Verb("return to a stage", "request.decided", _saying("return", to="SM")),
    Verb("override", "request.decided", _override),
    Verb("take back", "request.taken_back", _take_back),
    Verb("transfer", "request.transferred", _transfer),
    Verb("give out", "request.step_delegated", _give_out),
    Verb("hand back", "request.handed_back", _hand_back, ready=lambda scene: _give_out(scene, 0)()),
    Verb("add", "request.approver_added", _add),
    Verb("remove", "request.approver_removed", _remove, ready=_with_addition),
    Verb("ask", "request.question_asked", _on_step(services.ask_submitter, text="Which hospitals?")),
    Verb("answer", "request.question_answered", _answer,
         ready=lambda scene: _on_step(services.ask_submitter, text="Which?")(scene, 0)()),
    Verb("consult", "request.consulted", _consult),
    Verb("opine", "request.opinion_given", _opinion, ready=lambda scene: _consult(scene, 0)()),
    Verb("watch", "request.watched", _watched(services.watch), quiet=True),
    Verb("unwatch", "request.unwatched", _watched(services.unwatch), quiet=True,
         ready=lambda scene: _watched(services.watch)(scene, 0)()),
    Verb("comment", "request.commented", _by_rep(_comment, text="Please.")),
    Verb("remind", "request.reminded", _by_rep(services.remind)),
    Verb("withdraw", "request.withdrawn", _by_rep(services.withdraw, reason="Order lost."), at="first"),
    Verb("resubmit", "request.resubmitted", _by_rep(services.resubmit), at="returned"),
    Verb("void", "request.voided", _by_owner(services.void, reason="A mistake.")),
    Verb("reroute", "request.rerouted", _by_owner(services.reroute, version=1, reason="As before.")),
    Verb("sweep", "request.deadline", lambda scene, number: sla.sweep, ready=lambda scene: _late(scene.step), quiet=True),
    Verb("give back", "request.returned_by_time", _give_back, ready=lambda scene: _late(scene.step), quiet=True),
    Verb("lapse", "request.step_lapsed", _lapse, ready=_with_old_comment, quiet=True),
    Verb("end waiting", "request.return_ended_waiting", _end_waiting, ready=_returned_waiting, quiet=True),
)  # fmt: skip
