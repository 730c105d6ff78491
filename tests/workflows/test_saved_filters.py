"""Filters of the queue that somebody keeps: named, in his order, one of them to begin with."""

from uuid import uuid4

import pytest
from django.http import Http404
from django.urls import reverse

from accounts.models import User
from accounts.problems import Problem
from tests import factories
from tests.factories import Company
from tests.workflows.at_the_queue import browser, text
from workflows.models import SavedFilter
from workflows.services.filters import MOST, change_filter, move_filter, remove_filter, save_filter


@pytest.fixture
def company(db: None) -> Company:
    return factories.company()


def keep(user: User, name: str, query: str = "overdue=1", **options: bool) -> SavedFilter:
    return save_filter(name, query, actor=user, idempotency_key=uuid4().hex, **options)


def names(user: User) -> list[str]:
    return list(SavedFilter.objects.filter(user=user).values_list("name", flat=True))


def test_filters_keep_the_order_that_their_owner_gives_them(company: Company) -> None:
    user = company.manager
    first, _second, third = keep(user, "Late"), keep(user, "  Credit \n only "), keep(user, "Large")
    assert names(user) == ["Late", "Credit only", "Large"]
    move_filter(third.pk, -1, actor=user, idempotency_key="1")
    move_filter(third.pk, -1, actor=user, idempotency_key="1")
    assert names(user) == ["Late", "Large", "Credit only"]
    move_filter(first.pk, -1, actor=user, idempotency_key="2")
    remove_filter(first.pk, actor=user, idempotency_key="3")
    assert names(user) == ["Large", "Credit only"]


def test_one_filter_at_most_is_the_one_to_begin_with(company: Company) -> None:
    user = company.manager
    first, second = keep(user, "Late", default=True), keep(user, "Large", default=True)
    assert SavedFilter.objects.get(is_default=True) == second
    change_filter(first.pk, actor=user, default=True, idempotency_key="1")
    assert SavedFilter.objects.get(is_default=True) == first
    change_filter(first.pk, actor=user, default=False, name="Overdue", idempotency_key="2")
    assert not SavedFilter.objects.filter(is_default=True).exists()
    assert names(user) == ["Overdue", "Large"]


@pytest.mark.parametrize(
    ("name", "code"), [("  ", "filter_name_missing"), ("late", "filter_name_taken"), ("x" * 61, "filter_name_long")]
)
def test_a_name_is_needed_and_used_once(company: Company, name: str, code: str) -> None:
    keep(company.manager, "Late")
    with pytest.raises(Problem) as refused:
        keep(company.manager, name)
    assert (refused.value.code, refused.value.errors[0]["field"]) == (code, "name")
    keep(company.director, "Late")


def test_there_is_an_end_to_what_one_can_keep(company: Company) -> None:
    for number in range(MOST):
        keep(company.manager, f"Filter {number}")
    with pytest.raises(Problem) as refused:
        keep(company.manager, "One more")
    assert refused.value.code == "filters_many"


def test_nobody_touches_the_filters_of_somebody_else(company: Company) -> None:
    mine = keep(company.manager, "Late")
    with pytest.raises(Http404):
        remove_filter(mine.pk, actor=company.director, idempotency_key="1")
    with pytest.raises(Http404):
        move_filter(mine.pk, 1, actor=company.director, idempotency_key="2")
    assert (
        browser(company.director).post(reverse("workflows:filter", args=[mine.pk]), {"verb": "remove"}).status_code
        == 404
    )
    assert names(company.manager) == ["Late"]


def test_on_the_page_a_filter_is_kept_shown_as_a_chip_and_opened_first(company: Company) -> None:
    client, queue = browser(company.manager), reverse("workflows:queue")
    save = reverse("workflows:filter-save")
    empty = client.post(save, {"name": " ", "query": "sort=risk"})
    assert empty.status_code == 422
    assert "Please give the filter a name." in text(empty)
    assert "the highest risk first" in text(empty)
    kept = client.post(save, {"name": "Risky", "query": "sort=risk&evil=1", "default": "on", "idempotency_key": "1"})
    assert kept["Location"] == f"{queue}?sort=risk"
    taken = client.post(save, {"name": "risky", "query": "", "idempotency_key": "2"})
    assert "You have a filter of this name already." in text(taken)
    assert client.get(queue)["Location"] == f"{queue}?sort=risk"
    everything = client.get(queue, {"all": "1"})
    assert everything.status_code == 200
    assert "Risky" in text(everything)
    found = SavedFilter.objects.get()
    listed = text(client.get(reverse("workflows:filters"), {"kind": "credit", "overdue": "1"}))
    assert "Credit application · Overdue" in listed
    assert "The queue opens with it the highest risk first" in listed
    for verb in ("up", "no_default", "nonsense", "remove"):
        answer = client.post(reverse("workflows:filter", args=[found.pk]), {"verb": verb, "idempotency_key": verb})
        assert answer["Location"] == reverse("workflows:filters")
    assert client.get(queue).status_code == 200
    assert "You keep no filter yet" in text(client.get(reverse("workflows:filters")))
