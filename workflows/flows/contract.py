"""The procedure of a contract.

submitted → route ⟲ approve          the sales line by value, the owners of every clause that deviates
              ├─→ revise  → route     returned: the author changes it and sends it again
              ├─→ prepare → sign      agreed: the paper is made and sealed; we wait for the other side's signature
              │              └─→ apply → route   both have signed: in force on its first day
              ├─→ finish  → issue     nothing is left to ask: the approval sheet
              └─→ rejected            nothing is sealed
"""

from viewflow import this

from workflows import engine, nodes, shapes


class ContractFlow(shapes.ApprovalFlow):
    """Submit, approve by the plan, seal, wait for the counterparty, put the contract in force."""

    submitted, route, approve, revise = shapes.asked("prepare")
    prepare = nodes.Perform(engine.prepare).Next(this.sign)
    sign = nodes.HumanStep().Next(this.apply)
    apply = nodes.Perform(engine.take_effect).Next(this.route)
    finish, rejected, done = shapes.ended()
