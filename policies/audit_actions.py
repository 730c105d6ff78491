"""What can happen to the policy."""

from audit.actions import register

register("policy.version_activated", "政策版本生效", "Policy version put in force")
