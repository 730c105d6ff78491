"""Sales operations at work on a draft."""

from datetime import timedelta

import pytest

from accounts.problems import Problem
from accounts.queries import business_today
from accounts.roles import Role
from policies import editing
from policies.editing_tables import put_tables
from policies.models import TableRow
from policies.services import start_draft
from tests import factories
from tests.default_policy import default_policy


class Desk:
    """A company with a policy in force, and sales operations with a draft of the next version."""

    def __init__(self) -> None:
        default_policy(business_today() - timedelta(days=30))
        self.company = factories.company()
        self.maker = self.company.hire("maker", Role.SO)
        self.draft = start_draft(self.maker, change_note="Tighter")
        self.number = self.draft.number

    def write(self, code, row, name, text, *, actor=None, revision=None):
        return editing.save_fields(self.number, code, {(row, name): text}, actor=actor or self.maker, revision=revision)

    def put(self, tables):
        self.draft.refresh_from_db()
        return put_tables(self.number, tables, digest=self.draft.digest, reason="t.xlsx", actor=self.maker)

    def row(self, code, row):
        return TableRow.objects.get(table__version=self.draft, table__code=code, code=row)

    def order(self, code):
        return list(self.draft.tables.get(code=code).rows.order_by("position").values_list("code", flat=True))


def refused(code, run):
    with pytest.raises(Problem) as caught:
        run()
    assert caught.value.code == code
    return caught.value


class Pages:
    """The editor as one person sees it."""

    def __init__(self, client, desk, person):
        self.client, self.desk = client, desk
        client.force_login(person, backend="accounts.backends.AuthorityBackend")

    def get(self, path="", **query):
        return self.client.get(f"/policies/{self.desk.number}/{path}", query)

    def post(self, path, data, **headers):
        return self.client.post(f"/policies/{self.desk.number}/{path}", data, headers=headers)
