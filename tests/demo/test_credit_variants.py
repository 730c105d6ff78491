"""The demo company has temporary limits, a decrease and a freeze to look at."""

from credit.models import CreditLine, LineMeasure
from workflows.models import Submission


def test_temporary_limits_are_granted_and_under_way(demo: None) -> None:
    asked = Submission.objects.filter(content__asked__req_type="temporary").select_related("request")
    assert {each.request.state for each in asked} == {"approved", "in_review"}
    assert CreditLine.objects.active().filter(kind="temporary").exists()


def test_credit_control_has_frozen_and_decreased_lines(demo: None) -> None:
    assert set(LineMeasure.objects.filter(lifted_at=None).values_list("measure", flat=True)) == {"freeze", "decrease"}
