"""The product's settings with a short lease, so that the tests need not wait for a long one."""

from config.settings import *  # noqa: F403

JOBS_LEASE_SECONDS = 1.5
