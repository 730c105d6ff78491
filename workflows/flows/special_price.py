"""The procedure of a special price request.

submitted → route ⟲ approve          everybody whom the plan names, stage by stage; at SP-0 nobody
              ├─→ revise → route      returned: the rep changes it and sends it again
              ├─→ apply  → route      agreed: the prices are granted as an agreement
              ├─→ finish              nothing is left to ask: notice with the waterfall, approval sheet
              └─→ rejected            the notice says why
"""

from viewflow import this
from viewflow.workflow import flow

from workflows import engine, nodes
from workflows.models import ApprovalProcess


class SpecialPriceFlow(flow.Flow):
    """Submit, approve by the plan, grant the prices, issue the notice; returned requests are revised."""

    process_class = ApprovalProcess
    lock_impl = nodes.ROW_LOCK

    submitted, route, approve, revise = nodes.asked(engine.begin, engine.moves, "apply")
    apply = nodes.Perform(engine.take_effect).Next(this.route)
    finish = nodes.Perform(engine.order_documents).Next(this.done)
    rejected = nodes.Perform(engine.order_documents).Next(this.done)
    done = nodes.Finish()
