"""What goes out goes by these: the SMTP server, and the second paths by which a standing fault is told."""

from collections.abc import Callable
from functools import partial

from notify import fault_mail, webhook
from notify.fault_mail import Mailer
from notify.smtp import SmtpAccount
from notify.webhook import Webhook
from ombud import secret
from ombud.second_path import SecondPath
from ombud.sections import Server
from ombud.settings import Settings

PORTS = {"tls": 465, "starttls": 587, "plain": 25}


def smtp(settings: Settings) -> SmtpAccount:
    """The server that mail goes out through, with its password."""
    return _account(settings.smtp, settings.from_address)


def _account(smtp: Server, sender: str) -> SmtpAccount:
    return SmtpAccount(
        host=smtp.host,
        port=smtp.port or PORTS[smtp.security],
        user=smtp.user,
        password=secret.password(smtp),
        security=smtp.security,
        ca_file=smtp.ca_file,
        timeout_s=smtp.timeout_s,
        envelope_sender=sender,
    )


def second_smtp(settings: Settings) -> Mailer | None:
    """The server by which standing faults are told, and to whom. Raises SecretMissing."""
    second = settings.observe.smtp
    account = _account(second, settings.from_address)
    return Mailer(account=account, to=second.to) if second.host else None


def second_paths(settings: Settings) -> tuple[SecondPath, ...]:
    """How people are told of a standing fault besides log and metrics; each has what waits for it. Raises SecretMissing."""
    robot, mailer = _robot(settings), second_smtp(settings)
    posts: list[Callable[[str], str]] = []
    if robot is not None:
        posts.append(partial(webhook.post, robot))
    if mailer is not None:
        posts.append(partial(fault_mail.post, mailer))
    return tuple(SecondPath(post=post) for post in posts)


def _robot(settings: Settings) -> Webhook | None:
    """The robot that is told of standing faults. Raises SecretMissing."""
    url = secret.webhook_url(settings.observe)
    return Webhook(url=url, form=settings.observe.webhook_form) if url else None
