"""The procedure of a tier change.

submitted → route ⟲ approve          everybody whom the plan names; a manager may object to a downgrade
              ├─→ revise → route      returned: the author changes it and sends it again
              ├─→ apply  → route      agreed: the stars are in force on their day; an emergency is ratified after it
              ├─→ undo   → issue      not ratified: the earlier stars count again
              ├─→ finish → issue      nothing is left to ask: notice and approval sheet
              └─→ rejected            the notice says why
"""

from viewflow import this

from workflows import engine, nodes, shapes


class TierChangeFlow(shapes.ApprovalFlow):
    """Submit, approve by the plan, put the stars in force, issue the notice; returned requests are revised."""

    submitted, route, approve, revise = shapes.asked("apply", "undo")
    apply = nodes.Perform(engine.take_effect).Next(this.route)
    undo = nodes.Perform(engine.undo).Next(this.finish)
    finish, rejected, done = shapes.ended()
