"""Text messages through any gateway that takes JSON: ``{"to", "text", "id"}`` → ``{"id"}`` or ``{"error"}``."""

from django.conf import settings

from workflows.notices.channels.http import call
from workflows.notices.channels.outgoing import Outgoing, RefusedError, UnavailableError


class Sms:
    """The gateway of `SMS_URL`; it may drop a repetition by the id."""

    def send(self, message: Outgoing) -> str:
        """Subject and address; a gateway's `retry` says whether its error may pass."""
        said = {"to": message.to, "text": f"{message.subject} {message.url}", "id": message.message_id}
        answer = call("POST", settings.SMS_URL, said, settings.SMS_TOKEN)
        if answer.get("error"):
            error = UnavailableError if answer.get("retry") is True else RefusedError
            raise error(f"gateway: {str(answer['error'])[:200]}")
        return str(answer.get("id", message.message_id))
