"""The procedure of a contract.

submitted → route ⟲ approve          the sales line by value, the owners of every clause that deviates
              ├─→ revise  → route     returned: the author changes it and sends it again
              ├─→ prepare → sign      agreed: the paper is made and sealed; we wait for the other side's signature
              │              └─→ apply → route   both have signed: in force on its first day
              ├─→ finish  → issue     nothing is left to ask: the approval sheet
              └─→ rejected            nothing is sealed
"""

from viewflow import this
from viewflow.workflow import flow

from workflows import engine, nodes
from workflows.models import ApprovalProcess


class ContractFlow(flow.Flow):
    """Submit, approve by the plan, seal, wait for the counterparty, put the contract in force."""

    process_class = ApprovalProcess
    lock_impl = nodes.ROW_LOCK

    submitted, route, approve, revise = nodes.asked(engine.begin, engine.moves, "prepare")
    prepare = nodes.Perform(engine.prepare).Next(this.sign)
    sign = nodes.HumanStep().Next(this.apply)
    apply = nodes.Perform(engine.take_effect).Next(this.route)
    finish = nodes.Perform(engine.order_documents).Next(this.done)
    rejected = nodes.Perform(engine.order_documents).Next(this.done)
    done = nodes.Finish()
