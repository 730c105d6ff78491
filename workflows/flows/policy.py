"""The procedure of a change of the policy itself.

submitted → route ⟲ approve          PL-1: RD, FM and LG together, then CFO, then GM; PL-2 (emergency): CFO, then GM
              ├─→ revise → route      returned: the version is a draft again; its maker mends it and sends it again
              ├─→ apply  → route      agreed: scheduled for its day; an emergency is in force at once, for thirty days
              ├─→ finish              nothing is left to ask: notice with the diff, and approval sheet
              └─→ rejected            the version is a draft again; the notice says why
"""

from viewflow import this

from policies.services import changes
from workflows import engine, nodes, shapes


def turn_down(round_: engine.Round) -> None:
    """Not agreed: the version goes back to its makers, and the paper follows."""
    changes.turn_down(round_.letter(), actor=round_.actor)
    engine.order_documents(round_)


class PolicyFlow(shapes.ApprovalFlow):
    """Submit, approve by the plan, schedule, issue the notice; returned and rejected versions are drafts again."""

    submitted, route, approve, revise = shapes.asked("apply")
    apply = nodes.Perform(engine.take_effect).Next(this.route)
    rejected = nodes.Perform(turn_down).Next(this.done)
    finish, _ordinary, done = shapes.ended()
