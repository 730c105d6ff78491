"""manage.py export_audit: every event with its hashes, one JSON object a line, as it was hashed."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from audit.models import Event


class Command(BaseCommand):
    help = "Write the trail as JSON lines (stream, position, body text, hashes) to the standard output."

    def handle(self, *args: Any, **options: Any) -> None:
        events = Event.objects.order_by("stream", "stream_seq")
        fields = ("id", "stream", "stream_seq", "body", "prev_hash", "row_hash")
        for number, stream, seq, body, prev_hash, row_hash in events.values_list(*fields).iterator(2000):
            line = {
                "id": number,
                "stream": stream,
                "stream_seq": seq,
                "body": body,
                "prev_hash": bytes(prev_hash).hex(),
                "row_hash": bytes(row_hash).hex(),
            }
            self.stdout.write(json.dumps(line, ensure_ascii=False))
