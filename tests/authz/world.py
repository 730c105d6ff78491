"""Something behind every address: a customer with his papers, a draft, requests at work and decided, a document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import get_resolver

from accounts.checks import views
from accounts.models import User
from accounts.queries import business_today
from accounts.services import issue_token
from audit.clock import db_now
from audit.models import Event
from contracts.models import Contract, Document, TemplateVersion
from credit.models import Attachment, CreditApplication, LineCondition
from customers.models import Contact, Customer, LegalFlag, Licence, RatingRun, TierChange
from customers.services.tier_changes import save_tier_change
from jobs.executor import run_until_idle
from policies.models import PolicyChange, PolicyReplay, PolicyVersion
from policies.services import begin_change, start_draft
from pricing.models import AgreementNotice, SpecialPrice
from pricing.services.special_prices import save_draft as save_special_price
from tests import factories
from tests.contracts.factories import issued
from tests.factories import Company
from tests.pricing.agreement_factories import shop
from tests.workflows.contract_stories import approved
from tests.workflows.factories import ready_application, trading_customer
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Delegation, Notification, OneTimeLink, Question, Request, SavedFilter, Step, Submission
from workflows.notices.links import token_of
from workflows.services.filters import save_filter

# The operators' admin asks Django's staff flag, the API asks bearer tokens: they are walked apart.
ADMIN, API = "admin/", "api"
PARAMETER = re.compile(r"\(\?P<(?P<named>\w+)>[^)]*\)|<(?:\w+:)?(?P<plain>\w+)>")


@dataclass
class World:
    """The company and one existing object per kind of address."""

    company: Company
    customer: Customer
    draft: CreditApplication
    request: Request
    decided: Request
    document: Document
    condition: LineCondition
    notice: AgreementNotice
    contract: Contract

    @property
    def template(self) -> TemplateVersion:
        """A published version of the standard contract."""
        return TemplateVersion.objects.filter(template__unit=self.company.unit)[0]

    @property
    def step(self) -> Step:
        """The open step of the request at work."""
        return Step.objects.get(request=self.request, status="open")

    @property
    def question(self) -> Question:
        """What the manager asked the submitter."""
        return Question.objects.get(request=self.request)

    @property
    def told(self) -> Notification:
        """What the manager was told of the request at work."""
        return Notification.objects.get(user=self.company.manager, request=self.request)

    @property
    def token(self) -> str:
        """Of the link by which the manager may decide it."""
        return token_of(OneTimeLink.objects.get(user=self.company.manager, request=self.request))

    def values(self) -> dict[str, dict[str, Any]]:
        """What stands in for the parameters of an address, by the beginning of the route; the longest one counts."""
        letter = self.draft.attachments.all()[0]
        sent = Attachment.objects.filter(application=self.request.letter_id)[0]
        return {
            "customers/": {"pk": self.customer.pk},
            "customers/papers/": {"pk": 1},  # none yet: every kind of letter has its own
            "customers/import/template/": {"kind": "invoices", "form": "csv"},
            "customers/<int:pk>/contacts/": {"pk": self.customer.pk, "row": self.customer.contacts.get().pk},
            "customers/<int:pk>/licences/": {"pk": self.customer.pk, "row": Licence.objects.all()[0].pk},
            "customers/<int:pk>/records/": {"pk": self.customer.pk, "row": LegalFlag.objects.get().pk},
            "policies/": {"number": 1, "code": "CL"},
            "policies/<int:number>/replays/": {"number": 1, "pk": PolicyReplay.objects.get().pk},
            "credit/customers/": {"customer_pk": self.customer.pk, "form_no": 2},
            "credit/attachments/": {"pk": letter.pk},
            "credit/applications/": {"pk": self.draft.pk},
            "credit/conditions/": {"pk": self.condition.pk},
            "prices/agreements/": {"number": self.notice.agreement.number, "pk": self.notice.pk},
            "audit/events/": {"pk": Event.objects.filter(request_no=self.request.no)[0].pk},
            "audit/requests/": {"number": self.request.no},
            "v/": {"code": self.document.verify_code},
            "documents/": {"number": self.document.number},
            "contracts/clauses/": {"pk": self.template.unit.clauses.all()[0].pk},
            "contracts/templates/": {"pk": self.template.template_id},
            "contracts/templates/versions/": {"pk": self.template.pk},
            "contracts/<": {"number": self.contract.number, "no": self.contract.number, "token": "x"},
            "^certificates/": {"form": "pem"},
            "requests/": {"no": self.request.no, "step": self.step.pk, "question": self.question.pk, "paper": sent.pk},
            "requests/<str:no>/consultations/": {"no": self.request.no, "consultation": 1},  # none was asked for
            "delegations/": {"pk": Delegation.objects.get().pk},
            "requests/drafts/": {"kind": "credit", "pk": self.draft.pk, "paper": letter.pk},
            "ratings/": {"pk": RatingRun.objects.get().pk},
            "queue/": {"step": self.step.pk},
            "queue/filters/": {"pk": SavedFilter.objects.get().pk},
            "notifications/": {"pk": self.told.pk},
            "notifications/deliveries/": {"pk": self.told.deliveries.get(channel="mail").pk},
            "n/": {"token": self.token},
            "mailbox/": {"name": "20261122-090000-1-0"},
            "api/v1/customers": {"pk": self.customer.pk, "unit": self.company.unit.code, "kind": "invoices"},
            "api/v1/credit-applications": {"pk": self.draft.pk},
            "api/v1/tier-changes": {"pk": TierChange.objects.get().pk},
            "api/v1/special-prices": {"pk": SpecialPrice.objects.order_by("-pk")[0].pk},
            "api/v1/contract-templates": {"pk": self.template.pk},
            "api/v1/contracts": {"pk": self.contract.letter_id},
            "api/v1/saved-filters": {"pk": SavedFilter.objects.get().pk},
            "api/v1/requests": {"no": self.request.no, "step": self.step.pk, "question": self.question.pk},
            "api/v1/requests/<no>/consultations": {"no": self.request.no, "consultation": 1},
            "api/v1/delegations": {"pk": Delegation.objects.get().pk},
            "api/v1/price-agreements": {"number": self.notice.agreement.number},
            "api/v1/policies": {"number": 1, "pk": PolicyReplay.objects.get().pk, "code": "CL", "row": "CL-1"},
            "api/v1/documents": {"number": self.document.number},
            "api/v1/policy-changes": {"pk": PolicyChange.objects.get().pk},
            "api/v1/notifications": {"pk": self.told.pk},
            "api/v1/deliveries": {"pk": self.told.deliveries.get(channel="mail").pk},
            "api/<path:rest>": {"rest": "v2/everything"},
        }

    def address(self, route: str) -> str:
        """The route with existing objects in it; an unknown parameter is a KeyError that names the route."""
        table = self.values()
        prefix = max((known for known in table if route.startswith(known)), key=len, default="")
        known = table.get(prefix, {})

        def put(found: re.Match[str]) -> str:
            name = found["named"] or found["plain"]
            if name not in known:
                raise KeyError(f"say in World.values() what stands for <{name}> of {route}")
            return str(known[name])

        return "/" + PARAMETER.sub(put, route).replace("\\", "").strip("^$")


def build(company: Company | None = None) -> World:
    """Everything through the services; the reader of the world is any of `company.people`."""
    company = company or factories.company()
    customer = trading_customer(company)
    Contact.objects.create(customer=customer, name="Ms Chen")
    flags = {"kind": "lawsuit", "on": business_today() - timedelta(days=900), "source": "court register"}
    LegalFlag.objects.create(customer=customer, closed_on=business_today() - timedelta(days=800), **flags)
    decided = sent(company, trading_customer(company))
    RatingRun.objects.create(
        on=business_today(), effective_on=business_today(), policy_number=1, started_by=company.credit_controller,
        started_at=db_now(), total=1,
    )  # fmt: skip
    policy = PolicyVersion.objects.get(number=1)
    PolicyReplay.objects.create(
        version=policy, digest=policy.digest, base=policy, months=3, valid_from=business_today(),
        valid_to=business_today(), created_by=company.credit_controller,
    )  # fmt: skip
    begin_change(start_draft(company.credit_controller).number, company.credit_controller)
    condition = {"security": "Bank guarantee of 100,000"}
    decide(company, decided, "SM", verb="approve_conditional", reason="safer", conditions=condition)
    while step := Step.objects.filter(request=decided, status="open").first():
        decide(company, decided, step.role)
    decided.refresh_from_db()
    place = shop(company)
    place.grant()
    save_tier_change(customer, {"proposed_tier": 3}, company.rep)
    save_special_price(customer, {}, company.rep)
    request = sent(company, trading_customer(company))
    run_until_idle()  # the manager is told, and gets a link
    step = Step.objects.get(request=request, status="open")
    Question.objects.create(request=request, step=step, asked_by=company.manager, text="Why?", closed_at=db_now())
    week = timedelta(days=7)
    Delegation.objects.create(
        delegator=company.other_manager, delegate=company.manager, created_by=company.other_manager,
        valid_from=db_now() - 2 * week, valid_to=db_now() - week,
    )  # fmt: skip
    save_filter("Late", "overdue=1", actor=company.manager, idempotency_key="authz")
    return World(
        company=company,
        notice=place.grant().notices.get(code="conflict"),
        customer=customer,
        draft=ready_application(company, customer=customer),
        request=request,
        decided=decided,
        condition=LineCondition.objects.get(line__request_no=decided.no),
        document=issued(decided.customer, actor=company.cfo, request_no=decided.no),
        contract=approved(company),
    )


def sent(company: Company, customer: Customer) -> Request:
    application = ready_application(company, customer=customer)
    return services.submit(KIND, application.pk, actor=company.rep, idempotency_key=f"sent {application.pk}")


HOLDERS = {
    "SM": "manager", "RD": "director", "CC": "credit_controller", "FM": "finance_manager", "CFO": "cfo",
    "GM": "general_manager", "CH": "chairman", "LG": "lawyer",
}  # fmt: skip


def decide(company: Company, request: Request, role: str, *, verb: str = "approve", **said: Any) -> None:
    step = Step.objects.get(request=request, role=role, status="open")
    sha = Submission.objects.get(pk=step.submission_id).content_sha256
    services.decide(
        request.no,
        step.pk,
        actor=company.people[HOLDERS[role]],
        verb=verb,
        content_sha256=sha,
        idempotency_key=f"{verb} {step.pk}",
        **said,
    )


def routes() -> Iterator[tuple[str, Any]]:
    """Every route of the product's own pages."""
    return ((route, view) for route, view in views(get_resolver().url_patterns) if not route.startswith((ADMIN, API)))


def api_routes() -> Iterator[str]:
    """Every address of the API, once."""
    found = (route for route, _ in views(get_resolver().url_patterns) if route.startswith(API))
    return iter(dict.fromkeys(found))


def browser(user: User | None = None) -> Client:
    """A client that answers with the error page instead of raising, as a real server does."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="accounts.backends.AuthorityBackend")
    return client


class Api:
    """The REST API as one person with a token sees it."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.headers = {"authorization": f"Bearer {issue_token(user, name='walk')}"}
        self.sent = 0

    def get(self, address: str) -> Any:
        return self.client.get(address, headers=self.headers)

    def post(self, address: str, body: dict[str, Any]) -> Any:
        self.sent += 1
        headers = {**self.headers, "idempotency-key": f"walk {self.sent}"}
        return self.client.post(address, body, content_type="application/json", headers=headers)
