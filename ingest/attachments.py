"""Attachments: safe names, and what a winmail.dat holds.

Promises: a name that is safe on every file system and cannot deceive who reads it; never empty.
Sources: RFC 2183 2.3, Windows' reserved names, Unicode bidirectional controls, MS-OXTNEF.
"""

import mimetypes
import re
import unicodedata
from dataclasses import dataclass

from ingest import tnef
from ingest.mail import Attachment
from ingest.structure import Part

MAX_NAME_CHARACTERS = 120
MAX_NAME_BYTES = 240
MAX_EXTENSION = 12

_FORBIDDEN = re.compile(r'[<>:"|?*]')
# Cc, Cf (bidirectional overrides, zero-width), Cs, Co, Zl and Zp have no place in a name.
_NO_NAME_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_EXTENSION = {
    "message/rfc822": ".eml", "text/calendar": ".ics", "text/plain": ".txt", "text/html": ".html",
    "image/jpeg": ".jpg", "message/delivery-status": ".txt", "message/disposition-notification": ".txt", "text/rfc822-headers": ".txt",
    "application/pkcs7-signature": ".p7s", "application/pgp-signature": ".asc",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What a winmail.dat held."""

    attachments: tuple[Attachment, ...] = ()
    text: str = ""
    html: str = ""
    defect: str = ""


def safe_name(name: str, content_type: str, number: int) -> str:
    """A file name made safe; `attachment-<number>` with a fitting extension when nothing is left."""
    name = unicodedata.normalize("NFC", name[:1000])
    name = "".join(
        character for character in name if unicodedata.category(character) not in _NO_NAME_CATEGORIES
    )
    # Directories are the sender's own affair (RFC 2183 2.3).
    name = name.replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    name = _FORBIDDEN.sub("_", " ".join(name.split())).strip(". ")
    if not name.strip("_. "):
        return f"attachment-{number}{_extension(content_type)}"
    return _bounded(f"_{name}" if _RESERVED.match(name) else name)


def _extension(content_type: str) -> str:
    return _EXTENSION.get(content_type) or mimetypes.guess_extension(content_type, strict=True) or ".bin"


def _bounded(name: str) -> str:
    """The name cut to what file systems take, its extension kept."""
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > MAX_EXTENSION:
        stem, dot, extension = name, "", ""
    stem = stem[:MAX_NAME_CHARACTERS]
    room = MAX_NAME_BYTES - len((dot + extension).encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ")
    return stem + dot + extension


def attached(part: Part, content: bytes, number: int) -> Attachment:
    """A leaf part as an attachment, number being its place among the mail's attachments."""
    content_type = part.content_type.kind
    content_id = part.header.value("content-id").strip("<> \t")[:998]
    kind = part.disposition.kind
    return Attachment(
        filename=safe_name(part.filename, content_type, number),
        content_type=content_type,
        content=content,
        content_id=content_id,
        is_inline=kind == "inline" or (not kind and bool(content_id)),
    )


def unpacked(content: bytes, number: int) -> Unpacked:
    """The files and the text in a winmail.dat; number is the place of its first file."""
    message = tnef.read(content)
    if message is None:
        return Unpacked(defect="winmail.dat is no TNEF: kept as it is")
    files = [_from_tnef(file, number + place) for place, file in enumerate(message.files)]
    text_lost = message.has_rtf and not (message.text.strip() or message.html)
    defect = "" if message.is_complete else "winmail.dat is cut: what it holds was read"
    return Unpacked(
        attachments=tuple(files),
        text=message.text,
        html=message.html,
        defect="the text in winmail.dat is RTF: not read" if text_lost else defect,
    )


def _from_tnef(file: tnef.File, number: int) -> Attachment:
    guessed = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    content_type = guessed if file.content_type == "application/octet-stream" else file.content_type
    return Attachment(
        filename=safe_name(file.name, content_type, number),
        content_type=content_type,
        content=file.content,
        content_id=file.content_id,
    )
