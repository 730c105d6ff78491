"""Requests, people, policy and time in any order: the rules of the state machine in `test_machine`."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from accounts import services as accounts
from accounts.models import User
from accounts.queries import business_today
from audit.clock import db_now
from credit import services as credit
from credit.models import CreditApplication
from jobs.models import Job
from policies.queries import content, version_in_force
from policies.services import activate, draft_version
from tests.properties.crew import DRAFTS, STAFF
from tests.properties.stage import Stage
from tests.soak.invariants import violations
from workflows import services, sla
from workflows.kinds.credit import KIND
from workflows.models import Consultation, Decision, Delegation, Question, Request, Step, Submission

CHAINS: Final = ("SM → CC → CFO", "SM → (RD ∥ CC) → CFO → GM", "SM → RD[2/3] → CFO", "SM → RD[all] → CC → CFO")
SOMETIMES: Final = st.sampled_from([False] * 7 + [True])
NUMBER: Final = st.integers(0, 11)
VERB: Final = st.sampled_from(["approve"] * 4 + ["approve_conditional", "return", "return", "reject", "object"])
WHERE: Final = st.sampled_from(["before", "parallel", "after"])
MODE: Final = st.sampled_from(["approve", "comment"])


class Requests(Stage):
    """What may happen, in any order."""

    @initialize()
    def first(self) -> None:
        self.submit()

    def submit(self) -> None:
        letter = self.world.drafts[len(self.sent)]
        if (made := self.said(services.submit, KIND, letter, actor=self.rep)) is not None:
            self.sent.append(made.no)

    @precondition(lambda self: len(self.sent) < DRAFTS)
    @rule(often=SOMETIMES)
    def submit_another(self, often: bool) -> None:
        if often or self.step(0) is None:
            self.submit()

    @rule(number=NUMBER, verb=VERB, anybody=SOMETIMES, stale=SOMETIMES, crash=SOMETIMES, to=st.booleans())
    def decide(self, number: int, verb: str, anybody: bool, stale: bool, crash: bool, to: bool) -> None:
        if (step := self.step(number)) is None:
            return
        words: dict[str, Any] = {"reason": "" if verb == "approve" else "Because."}
        if verb == "approve_conditional":
            words["conditions"] = {"limit": 400_000 - 10_000 * number}
        if verb == "return" and to:
            words["to"] = "SM"
        sha = "0" * 64 if stale and anybody else step.submission.content_sha256
        actor = self.actor(step, number, anybody)
        self.said(
            services.decide, step.request.no, step.pk, actor=actor, verb=verb, content_sha256=sha, crash=crash, **words
        )

    @rule(number=NUMBER, times=st.integers(1, 3))
    def go_on(self, number: int, times: int) -> None:
        """Whoever may, approves."""
        for _ in range(times):
            if (step := self.step(number)) is not None:
                words = {"actor": self.actor(step, number, False), "verb": "approve"}
                sha = step.submission.content_sha256
                self.said(services.decide, step.request.no, step.pk, content_sha256=sha, **words)

    @rule(number=NUMBER, other=NUMBER)
    def decide_by_delegate_or_stranger(self, number: int, other: int) -> None:
        if (step := self.step(number)) is not None:
            actor = User.objects.get(pk=self.world.everybody[other % len(self.world.everybody)].pk)
            sha = step.submission.content_sha256
            self.said(services.decide, step.request.no, step.pk, actor=actor, verb="approve", content_sha256=sha)

    @rule(number=NUMBER, crash=SOMETIMES)
    def take_back(self, number: int, crash: bool) -> None:
        decision = Decision.objects.filter(request__no__in=self.sent).order_by("-pk").select_related("request").first()
        if decision is not None:
            words = {"actor": decision.actor, "reason": "I misread it."}
            self.said(services.take_back, decision.request.no, decision.step_id, crash=crash, **words)

    @rule(number=NUMBER, other=NUMBER, anybody=SOMETIMES, crash=SOMETIMES)
    def transfer(self, number: int, other: int, anybody: bool, crash: bool) -> None:
        if (step := self.step(number)) is not None:
            words = {"to": self.actor(step, other, anybody), "actor": self.actor(step, number, False)}
            self.said(services.transfer, step.request.no, step.pk, reason="On leave.", crash=crash, **words)

    @rule(number=NUMBER, other=NUMBER)
    def give_out(self, number: int, other: int) -> None:
        if (step := self.step(number)) is not None:
            words = {"to": self.actor(step, other, True), "actor": self.actor(step, number, False)}
            self.said(services.delegate_step, step.request.no, step.pk, reason="Look.", **words)

    @rule(number=NUMBER)
    def hand_back(self, number: int) -> None:
        step = self.step(number)
        given = step.handovers.filter(verb="delegate").last() if step else None
        if step is not None and given is not None:
            self.said(services.hand_back, step.request.no, step.pk, actor=given.to_user, opinion="Sound.")

    @rule(number=NUMBER, other=NUMBER, where=WHERE, mode=MODE, anybody=SOMETIMES, crash=SOMETIMES)
    def add(self, number: int, other: int, where: str, mode: str, anybody: bool, crash: bool) -> None:
        if (step := self.step(number)) is not None:
            people = self.world.everybody if anybody else self.world.people["FM"]
            words = {"actor": self.actor(step, number, False), "user": people[other % len(people)]}
            said = {"where": where, "mode": mode, "reason": "Costs."}
            self.said(services.add_approver, step.request.no, step.pk, crash=crash, **words, **said)

    @rule(number=NUMBER)
    def remove(self, number: int) -> None:
        added = Step.objects.filter(request__no__in=self.sent, origin="added").select_related("request", "added_by")
        if found := list(added):
            step = found[number % len(found)]
            self.said(services.remove_approver, step.request.no, step.pk, actor=step.added_by, reason="Enough.")

    @rule(number=NUMBER)
    def ask(self, number: int) -> None:
        if (step := self.step(number)) is not None:
            actor = self.actor(step, number, False)
            self.said(services.ask_submitter, step.request.no, step.pk, actor=actor, text="Which?")

    @rule(number=NUMBER, crash=SOMETIMES)
    def answer(self, number: int, crash: bool) -> None:
        question = Question.objects.filter(request__no__in=self.sent).select_related("request").last()
        if question is not None:
            no = question.request.no
            self.said(services.answer_question, no, question.pk, actor=self.rep, text="No. 3.", crash=crash)

    @rule(number=NUMBER, other=NUMBER)
    def consult_and_answer(self, number: int, other: int) -> None:
        if (step := self.step(number)) is not None:
            user, no = self.world.everybody[other % len(self.world.everybody)], step.request.no
            words = {"user": user, "text": "Sound?"}
            self.said(services.consult, no, actor=self.actor(step, number, False), **words)
            asked = Consultation.objects.filter(request__no=no).last()
            if asked is not None:
                self.said(services.answer_consultation, no, asked.pk, text="Yes.", actor=asked.asked)

    @rule(number=NUMBER, crash=SOMETIMES, wanted=SOMETIMES)
    def withdraw(self, number: int, crash: bool, wanted: bool) -> None:
        if wanted and number < 4:
            self.said(services.withdraw, self.request(number).no, actor=self.rep, reason="Order lost.", crash=crash)

    @rule(number=NUMBER, limit=st.sampled_from([300_000, 500_000, 520_000, 800_000]), crash=SOMETIMES)
    def edit_and_send_again(self, number: int, limit: int, crash: bool) -> None:
        returned = Request.objects.filter(no__in=self.sent, state="returned").first()
        if returned is not None:
            letter = CreditApplication.objects.get(pk=returned.letter_id)
            credit.save_draft(letter.customer, {"req_limit": limit}, self.rep, letter)
            self.said(services.resubmit, returned.no, actor=self.rep, crash=crash)

    @rule(number=NUMBER, other=NUMBER)
    def delegate(self, number: int, other: int) -> None:
        people = list(self.world.people.values())[number % len(STAFF)]
        delegator, to = people[other % len(people)], people[(other + 1) % len(people)]
        now = db_now()
        period = {"valid_from": now - timedelta(hours=1), "valid_to": now + timedelta(days=5)}
        self.said(services.delegate, delegator, to, actor=delegator, **period)

    @rule(wanted=SOMETIMES)
    def end_delegation(self, wanted: bool) -> None:
        if not wanted:
            return
        found = Delegation.objects.filter(ended_at=None).select_related("delegator").first()
        if found is not None:
            self.said(services.end_delegation, found.pk, actor=found.delegator)

    @rule(number=NUMBER, active=st.booleans())
    def come_or_leave(self, number: int, active: bool) -> None:
        user = User.objects.get(pk=self.world.everybody[number % len(self.world.everybody)].pk)
        if user.is_active != active:
            self.attempt(accounts.set_active, user, active, reason="Personnel.", actor=None)

    @precondition(lambda self: self.versions == 1)
    @rule(chain=st.sampled_from(CHAINS), wanted=SOMETIMES)
    def change_policy(self, chain: str, wanted: bool) -> None:
        if wanted:
            changed = content(version_in_force(business_today()))
            chains = next(table for table in changed["tables"] if table["code"] == "CHAIN")
            next(row for row in chains["rows"] if row["code"] == "CL-3")["outputs"]["chain"] = chain
            activate(draft_version(2, changed, business_today(), "Another chain.", None), None)
            self.versions = 2

    @precondition(lambda self: self.versions == 2)
    @rule(number=NUMBER, version=st.sampled_from([1, 2]), crash=SOMETIMES)
    def reroute(self, number: int, version: int, crash: bool) -> None:
        actor, no = self.world.people["CFO"][number % 3], self.request(number).no
        self.said(services.reroute, no, version=version, actor=actor, reason="As agreed.", crash=crash)

    @rule(number=NUMBER, verb=VERB, wanted=SOMETIMES, crash=SOMETIMES)
    def override(self, number: int, verb: str, wanted: bool, crash: bool) -> None:
        step = self.step(number)
        if step is not None and wanted:
            words = {"actor": self.world.people["CFO"][number % 3], "reason": "He is ill."}
            words["content_sha256"] = step.submission.content_sha256
            self.said(services.override, step.request.no, step.pk, verb=verb, crash=crash, **words)

    @rule(number=NUMBER, wanted=SOMETIMES, never=SOMETIMES)
    def void(self, number: int, wanted: bool, never: bool) -> None:
        if wanted and never:
            actor = self.world.people["CFO"][number % 3]
            self.said(services.void, self.request(number).no, actor=actor, reason="A mistake.")

    @rule(number=NUMBER, due=st.booleans())
    def time_passes(self, number: int, due: bool) -> None:
        """The clock of a step has rung; what is due is done, as the sweep and its jobs do it."""
        if (step := self.step(number)) is None:
            return
        past = datetime.now(UTC) - timedelta(days=40)
        Step.objects.filter(pk=step.pk).update(next_at=past, **({"due_at": past} if due else {}))
        sla.sweep()
        ended = Job.objects.filter(kind="workflows.overdue", payload__step=step.pk)
        if ended.exists():
            services.give_back(step.request.no, step.pk)
        if step.mode == "comment":
            services.lapse(step.request.no, step.pk)

    @rule(number=NUMBER)
    def a_day_passes_after_a_return(self, number: int) -> None:
        if (step := self.step(number, "returned")) is not None:
            services.end_waiting_return(step.request.no, step.request.round, step.key)

    # what holds at every moment

    @invariant()
    def every_request_is_sound(self) -> None:
        now = self._everything()
        if now != self.checked:
            assert [line for no in self.sent for line in violations(no)] == []
            self.checked = now

    @invariant()
    def nothing_is_in_force_that_was_not_sent(self) -> None:
        assert Submission.objects.count() == sum(Request.objects.values_list("round", flat=True))
