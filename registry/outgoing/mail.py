"""Mail by SMTP (settings REGISTRY_SMTP_*)."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from registry import clock
from registry.outgoing import SECONDS, Undelivered
from registry.settings import Settings


def send(settings: Settings, to: str, subject: str, text: str, ref: str) -> None:
    """Send one mail of plain text. `ref` makes its id the same at every attempt, so that a server may know it again.

    Raises:
        Undelivered: no server is set, it does not answer, or it refuses.
    """
    if not settings.smtp_host:
        raise Undelivered("no_server", for_good=True)
    message = _message(settings, to, subject, text, ref)
    try:
        with _connected(settings) as server:
            if settings.smtp_login:
                server.login(settings.smtp_login, settings.smtp_password)
            server.send_message(message, parseaddr(settings.smtp_sender)[1], [to])
    except smtplib.SMTPAuthenticationError as error:
        raise Undelivered("login", away=True) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise Undelivered("refused", f"{code} {_text(said)}", for_good=code >= 500) from error
    except smtplib.SMTPResponseException as error:
        answer = f"{error.smtp_code} {_text(error.smtp_error)}"
        raise Undelivered("refused", answer, away=error.smtp_code == 421) from error
    except ssl.SSLError as error:
        raise Undelivered("tls", away=True) from error
    except TimeoutError as error:
        raise Undelivered("timeout", away=True) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered("away", type(error).__name__, away=True) from error


def _connected(settings: Settings) -> smtplib.SMTP:
    where = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(*where, timeout=SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(*where, timeout=SECONDS)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except smtplib.SMTPNotSupportedError as error:
            server.close()
            raise Undelivered("tls", away=True) from error
        except BaseException:
            server.close()
            raise
    return server


def _message(settings: Settings, to: str, subject: str, text: str, ref: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.smtp_sender
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{ref}@{parseaddr(settings.smtp_sender)[1].rpartition('@')[2] or 'registry'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
