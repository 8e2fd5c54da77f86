"""What a message shows its reader: text, HTML and attachments, from its tree of parts.

Promises: every leaf ends up in the text, in the HTML or among the attachments; an attached message
is an attachment and its text stays out of the outer one. The payload of signed mail is read, what
is encrypted is said to be.
Sources: RFC 2046 5.1, RFC 2183, RFC 2387, RFC 1847, RFC 3676, RFC 8551, RFC 9580 7.
"""

import re
from dataclasses import dataclass, field

from ingest import attachments, charset, flowed, html, smime, structure, transfer
from ingest.mail import Attachment
from ingest.structure import Part

# What a text may hold; the rest stays in the raw mail.
MAX_TEXT = 1_000_000
MAX_SIGNED_LAYERS = 3
CUT = f"text longer than {MAX_TEXT} characters: the rest is only in the raw mail"
ENCRYPTED = "encrypted: the text cannot be read"

_BODY_TYPES = frozenset({"text/plain", "text/html", "application/xhtml+xml"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
# QUIRK: a plain alternative that only says to look at the other one, in short.
_NO_HTML = re.compile(
    r"(?:不支持|无法(?:显示|查看)|does ?n.t support|not support|unable to (?:view|display)).{0,60}HTML", re.I
)
_NO_HTML_MAX = 300
_MARKUP = re.compile(r"\s*(?:<!doctype html|<html\b)", re.IGNORECASE)
_STATUS_FIELD = re.compile(rb"\s*[A-Za-z-]{1,50}:")
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_PGP_SIGNATURE = "\n-----BEGIN PGP SIGNATURE-----"
_PGP_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"


@dataclass(frozen=True, slots=True)
class Contents:
    """The message's text and HTML as shown, its attachments in order, and what was wrong."""

    text: str
    html: str
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]


@dataclass(slots=True)
class _Passage:
    """A stretch of the message: its plain text, its HTML, or both as alternatives."""

    plain: str = ""
    html: str = ""


@dataclass(slots=True)
class _Reader:
    """What has been found so far on the way through the tree."""

    attachments: list[Attachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    layers: int = 0
    has_text: bool = False
    sole_part: Part | None = None
    """The message itself when it is no multipart."""


def read(root: Part) -> Contents:
    """The contents of a message."""
    reader = _Reader(sole_part=None if root.parts else root)
    passages = _passages(reader, root)
    found = tuple(reader.attachments)
    shown = (_shown(passage, found) for passage in passages)
    text = "\n".join(passage for passage in shown if passage.strip())
    if len(text) > MAX_TEXT:
        reader.defects.append(CUT)
    whole_html = "".join(passage.html for passage in passages)
    return Contents(text[:MAX_TEXT], whole_html, found, tuple(dict.fromkeys(reader.defects)))


def _shown(passage: _Passage, found: tuple[Attachment, ...]) -> str:
    plain = passage.plain
    is_hint = len(plain) < _NO_HTML_MAX and bool(_NO_HTML.search(plain))
    if plain.strip() and not (passage.html and is_hint):
        return plain
    return (html.text(passage.html, found) if passage.html else "") or plain


def _passages(reader: _Reader, part: Part) -> list[_Passage]:
    """The passages of a part; what is no passage goes to the reader's attachments."""
    kind = part.content_type.kind
    if not part.parts:
        return _leaf(reader, part)
    if kind == "multipart/alternative":
        return _alternative([_passages(reader, inner) for inner in part.parts])
    if kind == "multipart/encrypted":
        reader.defects.append(ENCRYPTED)
    if kind == "multipart/related" and len(part.parts) > 1:
        return _related(reader, part)
    return [passage for inner in part.parts for passage in _passages(reader, inner)]


def _alternative(choices: list[list[_Passage]]) -> list[_Passage]:
    """One passage of the first plain text and the last HTML (RFC 2046 5.1.4: last is richest)."""
    plains = ["\n".join(passage.plain for passage in choice if passage.plain.strip()) for choice in choices]
    htmls = ["".join(passage.html for passage in choice) for choice in choices]
    plain = next((text for text in plains if text.strip()), "")
    markup = next((text for text in reversed(htmls) if text.strip()), "")
    return [_Passage(plain, markup)] if plain or markup else []


def _related(reader: _Reader, part: Part) -> list[_Passage]:
    """The root's passages (RFC 2387: `start`, else the first part); the others serve it."""
    start = part.content_type.parameter("start").strip("<> ")
    named = (inner for inner in part.parts if start and start in inner.header.value("content-id"))
    root = next(named, part.parts[0])
    passages = _passages(reader, root)
    for inner in part.parts:
        if inner is root:
            continue
        if inner.parts or (not any(p.html or p.plain.strip() for p in passages) and _is_text(reader, inner)):
            passages += _passages(reader, inner)  # QUIRK: a mixed multipart labelled "related".
        else:
            _attach(reader, inner, _content(reader, inner))
    return passages


def _is_text(reader: _Reader, part: Part) -> bool:
    """True for a leaf that is the message's own text, not a file that happens to be text.

    QUIRK: a message that is one text part may give its own body a file name.
    """
    if part.content_type.kind not in _BODY_TYPES or part.disposition.kind == "attachment":
        return False
    return part is reader.sole_part or not part.filename


def _leaf(reader: _Reader, part: Part) -> list[_Passage]:
    kind = part.content_type.kind
    content = _content(reader, part)
    if _is_text(reader, part):
        return _text_passage(reader, part, content)
    if kind == "message/delivery-status" and not _STATUS_FIELD.match(content):
        return _text_passage(reader, part, content)  # QUIRK: the human part of a report, so labelled.
    if kind in _TNEF or part.filename.lower() == "winmail.dat":
        return _tnef(reader, part, content)
    if kind in _PKCS7:
        return _pkcs7(reader, part, content)
    if kind == "application/pgp-encrypted":
        reader.defects.append(ENCRYPTED)
    if content or part.filename or kind not in _BODY_TYPES:
        _attach(reader, part, content)
    return []


def _content(reader: _Reader, part: Part) -> bytes:
    """The part's bytes; what is not binary with \\n line ends, so that LF and CRLF mail read the same."""
    encoding = part.header.value("content-transfer-encoding")
    transferred = transfer.decode(part.body, encoding)
    if transferred.defect:
        reader.defects.append(transferred.defect)
    content = transferred.content
    is_encoded = content is not part.body and not encoding.lower().startswith("quoted")
    return content if is_encoded or encoding.lower() == "binary" else content.replace(b"\r\n", b"\n")


def _attach(reader: _Reader, part: Part, content: bytes) -> None:
    reader.attachments.append(attachments.attached(part, content, len(reader.attachments) + 1))


def _text_passage(reader: _Reader, part: Part, content: bytes) -> list[_Passage]:
    """The text of a plain or HTML leaf. QUIRK: HTML sent as text/plain is told by its first tag."""
    decoded = charset.decode(content, part.content_type.parameter("charset"))
    if decoded.defect:
        reader.defects.append(decoded.defect)
    reader.has_text = reader.has_text or not content.isspace()
    text = _clean(reader, decoded.text)
    if part.content_type.kind in {"text/html", "application/xhtml+xml"} or _MARKUP.match(text):
        if len(text) > html.MAX_CHARACTERS:
            reader.defects.append(CUT)
        return [_Passage(html=text)]
    if len(text) > MAX_TEXT:
        reader.defects.append(CUT)
        text = text[:MAX_TEXT]
    if part.content_type.parameter("format").lower() == "flowed":
        text = flowed.unfolded(text, delete_space=part.content_type.parameter("delsp").lower() == "yes")
    return [_Passage(plain=_pgp(reader, text))]


def _clean(reader: _Reader, text: str) -> str:
    """The text with \\n line ends and without NULs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        reader.defects.append("NUL characters in the text: left out")
    return text.replace("\0", "")


def _pgp(reader: _Reader, text: str) -> str:
    """The text inside a clear-signed message (RFC 9580 7); encrypted text stays as it is."""
    start = text.find(_PGP_SIGNED)
    end = text.find(_PGP_SIGNATURE, start) if start >= 0 else -1
    if end < 0:
        if text.lstrip().startswith(_PGP_ENCRYPTED):
            reader.defects.append(ENCRYPTED)
        return text
    signed = text[start:end].partition("\n\n")[2]
    return text[:start] + "\n".join(line.removeprefix("- ") for line in signed.split("\n"))


def _tnef(reader: _Reader, part: Part, content: bytes) -> list[_Passage]:
    unpacked = attachments.unpacked(content, len(reader.attachments) + 1)
    reader.attachments += unpacked.attachments
    if unpacked.defect:
        reader.defects.append(unpacked.defect)
    if not unpacked.attachments and not unpacked.text and not unpacked.html:
        _attach(reader, part, content)
    text, markup = _clean(reader, unpacked.text), _clean(reader, unpacked.html)
    return [] if reader.has_text or not (text or markup) else [_Passage(text, markup)]


def _pkcs7(reader: _Reader, part: Part, content: bytes) -> list[_Passage]:
    """An S/MIME part: the payload of a signed one is read, an encrypted one cannot be."""
    signed = smime.signed_content(content)
    if signed is None or reader.layers >= MAX_SIGNED_LAYERS:
        is_enveloped = smime.is_enveloped(content) or "enveloped" in part.content_type.parameter("smime-type")
        reader.defects.append(
            ENCRYPTED if is_enveloped else "S/MIME part that cannot be read: kept as an attachment"
        )
        _attach(reader, part, content)
        return []
    reader.layers += 1
    inner, defects = structure.read(signed)
    reader.defects += defects
    return _passages(reader, inner)
