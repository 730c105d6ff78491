"""What the policy says, as pure functions: tables, plan, working time. No Django, no clock."""
