"""Pure rules of the policy layer: no Django, no clock, no database."""
