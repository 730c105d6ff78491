"""What the people of the demo group do beside deciding: one is away, one asks, one wants an opinion, one comments."""

from datetime import timedelta
from typing import Final

from audit.clock import db_now
from workflows import services
from workflows.demo.people import Group
from workflows.models import Step

ABSENT: Final = timedelta(days=7)
QUESTION: Final = "客户二季度的超期款是否已全部回款？请补充最近一次对账单的日期。"
OPINION: Final = "The customer reports a recall of one product. Does that touch what we sell him?"
COMMENT: Final = "@林志强 下周拜访客户时请带上最新的产能表。"


def work(group: Group) -> None:
    """Emily Carter lets Gao Feng act for her; the oldest requests at credit control get a question and an opinion."""
    people = group.people
    now = db_now()
    services.delegate(
        people["sm.central"], people["sm.south"], valid_from=now, valid_to=now + ABSENT, actor=people["sm.central"],
        kinds=["credit", "special_price", "contract"], reason="Trade fair", idempotency_key="demo:away",
    )  # fmt: skip
    steps = Step.objects.filter(role="CC", status="open", paused_at=None, request__unit=group.units["medical"])
    waiting = steps.filter(request__submitter=people["rep.south"]).select_related("request").order_by("pk")[:2]
    for number, step in enumerate(waiting):
        no = step.request.no
        if number:
            services.consult(
                no, user=people["qa.med"], text=OPINION, actor=people["cc.med"], idempotency_key="demo:opinion"
            )
        else:
            services.ask_submitter(no, step.pk, actor=people["cc2.med"], text=QUESTION, idempotency_key="demo:question")
            services.comment(no, COMMENT, actor=people["sm.south"], idempotency_key="demo:comment")
