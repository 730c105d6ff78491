"""The procedure of a tier change.

submitted → route ⟲ approve          everybody whom the plan names; a manager may object to a downgrade
              ├─→ revise → route      returned: the author changes it and sends it again
              ├─→ apply  → route      agreed: the stars are in force on their day; an emergency is ratified after it
              ├─→ undo   → issue      not ratified: the earlier stars count again
              ├─→ finish → issue      nothing is left to ask: notice and approval sheet
              └─→ rejected            the notice says why
"""

from viewflow import this
from viewflow.workflow import flow

from workflows import engine, nodes
from workflows.models import ApprovalProcess


class TierChangeFlow(flow.Flow):
    """Submit, approve by the plan, put the stars in force, issue the notice; returned requests are revised."""

    process_class = ApprovalProcess
    lock_impl = nodes.ROW_LOCK

    submitted, route, approve, revise = nodes.asked(engine.begin, engine.moves, "apply", "undo")
    apply = nodes.Perform(engine.take_effect).Next(this.route)
    undo = nodes.Perform(engine.undo).Next(this.finish)
    finish = nodes.Perform(engine.order_documents).Next(this.done)
    rejected = nodes.Perform(engine.order_documents).Next(this.done)
    done = nodes.Finish()
