"""The one clock that decisions use: the database's."""

from datetime import datetime

from django.db import connection


def db_now() -> datetime:
    """The present moment by the database, also in the middle of a long transaction (aware, UTC)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]
