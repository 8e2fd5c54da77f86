"""Filing mails away on the server: the folder for them, and MOVE or what stands for it.

A server that will not file (quota, rights, a folder that cannot be made) is `NotFiled`: the mails stay where they
are, can be read, and filing them is tried again later. Sources: RFC 6851 (MOVE), RFC 4315 (UIDPLUS), RFC 5530.
"""

from collections.abc import Sequence

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

MOVE_AT_ONCE = 500


class NotFiled(Exception):
    """The server refuses to file mails; the text says why. The conversation goes on."""


def make_folder(client: IMAPClient, folder: str) -> None:
    """The folder made if need be; one that the server will not make is told when mails are moved there."""
    if client.folder_exists(folder):
        return
    try:
        client.create_folder(folder)
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return


def file_away(client: IMAPClient, uids: Sequence[int], folder: str) -> None:
    """Moves mails of the selected folder. Raises NotFiled, and what imapclient raises for a lost connection."""
    try:
        for start in range(0, len(uids), MOVE_AT_ONCE):
            _move_those_left(client, list(uids[start : start + MOVE_AT_ONCE]), folder)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as refusal:
        raise NotFiled(str(refusal)) from refusal


def _move_those_left(client: IMAPClient, uids: list[int], folder: str) -> None:
    """QUIRK: Dovecot moves none when one of them was removed by somebody else (RFC 5530, EXPUNGEISSUED)."""
    try:
        _move(client, uids, folder)
    except IMAPClientError as trouble:
        if "[TRYCREATE]" in str(trouble):
            # Somebody removed or renamed the folder since the mailbox was opened (RFC 3501 6.3.11).
            make_folder(client, folder)
            left = uids
        elif "[EXPUNGEISSUED]" in str(trouble):
            # Only now does the server tell us, and itself, what is gone.
            client.noop()
            left = sorted(client.search(["UID", ",".join(map(str, uids))]))
        else:
            raise
        if left:
            _move(client, left, folder)


def _move(client: IMAPClient, uids: list[int], folder: str) -> None:
    if client.has_capability("MOVE"):
        client.move(uids, folder)
        return
    client.copy(uids, folder)
    client.add_flags(uids, [b"\\Deleted"], silent=True)
    if client.has_capability("UIDPLUS"):
        # A plain EXPUNGE would also remove what somebody else marked.
        client.uid_expunge(uids)
