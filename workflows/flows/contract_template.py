"""The procedure of a new version of a contract template.

submitted → route ⟲ approve          CT-T1: LG, FM, RD and QA together, then GM; CT-T2: LG alone
              ├─→ revise → route      returned: the drafter uploads another file and sends it again
              ├─→ apply  → route      agreed: published, the version before it ends on that day
              ├─→ finish              nothing is left to ask: notice and approval sheet
              └─→ rejected            the notice says why
"""

from viewflow import this
from viewflow.workflow import flow

from workflows import engine, nodes
from workflows.models import ApprovalProcess


class ContractTemplateFlow(flow.Flow):
    """Submit, approve by the plan, publish, issue the notice; returned requests are revised."""

    process_class = ApprovalProcess
    lock_impl = nodes.ROW_LOCK

    submitted, route, approve, revise = nodes.asked(engine.begin, engine.moves, "apply")
    apply = nodes.Perform(engine.take_effect).Next(this.route)
    finish = nodes.Perform(engine.order_documents).Next(this.done)
    rejected = nodes.Perform(engine.order_documents).Next(this.done)
    done = nodes.Finish()
