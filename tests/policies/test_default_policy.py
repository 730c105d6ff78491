"""The policy that tests copy is the one that the service stores."""

import json
from datetime import date

import pytest
from django.db import transaction
from django.forms.models import model_to_dict

from audit.models import Event
from policies.models import PolicyVersion
from policies.queries import content, pack
from policies.rules.pack import content_digest
from policies.services import load_default_version
from tests.default_policy import default_policy

pytestmark = pytest.mark.django_db


def told(version: PolicyVersion) -> tuple[object, ...]:
    events = [
        {
            name: told
            for name, told in json.loads(event.body).items()
            if name in ("action", "actor", "object", "after", "reason", "policy")
        }
        for event in Event.objects.order_by("pk")
    ]
    fields = model_to_dict(version, exclude=["id", "editors", "created_at"])
    return fields, list(version.editors.all()), content(version), events


def test_a_copy_differs_in_nothing_from_what_the_service_stores() -> None:
    day = date(2025, 3, 1)
    results = []
    for make in (default_policy, default_policy, load_default_version):
        with transaction.atomic():
            version = make(day)
            assert make(date(2030, 1, 1)) == version
            assert content_digest(content(version)) == pack(version).digest == version.digest
            results.append(told(PolicyVersion.objects.get()))
            transaction.set_rollback(True)
    assert results[0] == results[1] == results[2]
