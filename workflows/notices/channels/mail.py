"""E-mail through Django's settings: text with HTML beside it, one stable Message-ID."""

import smtplib

from django.core.mail import EmailMultiAlternatives

from workflows.notices.channels.outgoing import Outgoing, RefusedError, UnavailableError


class Mail:
    """SMTP, or whatever `EMAIL_URL` names."""

    def send(self, message: Outgoing) -> str:
        """Hand it to the mail server; an address that it refuses is refused, everything else may be tried again."""
        headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
        if message.thread:
            headers["References"] = message.thread
        mail = EmailMultiAlternatives(message.subject, message.text, to=[message.to], headers=headers)
        if message.html:
            mail.attach_alternative(message.html, "text/html")
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _said in error.recipients.values()]
            if codes and all(code >= 500 for code in codes):
                raise RefusedError(f"the mail server refused the address ({codes[0]})") from error
            raise UnavailableError("the mail server does not take the address now") from error
        except smtplib.SMTPResponseException as error:
            raise UnavailableError(f"the mail server answered {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise UnavailableError(f"mail server: {type(error).__name__}") from error
        return message.message_id
