"""The product's settings for the workers of the fault tests: a short lease, and only what jobs need, to start soon."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as EVERYTHING

JOBS_LEASE_SECONDS = 1.5
INSTALLED_APPS = [
    app
    for app in EVERYTHING
    if app not in ("customers", "policies", "credit", "pricing", "contracts", "workflows", "viewflow.workflow")
]
ROOT_URLCONF = "audit.urls"
