"""HTML as plain text: tables laid out, hidden text left out, images named.

Promises: any string gives a text, in time linear in its length; inscriptis lays out ordinary mail,
selectolax reads what is too large or too deep for it. Never follows a link or loads an image.
Sources: CSS 2.1 (display, visibility), RFC 2392 (cid:).
"""

import re
from html import unescape
from itertools import accumulate
from typing import TYPE_CHECKING

from ingest.mail import Attachment

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_CHARACTERS = 2_000_000
MAX_LAID_OUT = 200_000
# inscriptis recurses once a level; mail of real people stays below 60.
MAX_DEPTH = 120
# HTML's own tree rules look up the whole tree at every block: above this depth tags are only stripped.
MAX_TREE_DEPTH = 1_000
MAX_IMAGE_NAME = 60
TRACKING_PIXELS = frozenset({"0", "1", "2", "0px", "1px", "2px"})

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:^|[;\s])(?:max-height|opacity)\s*:\s*0(?:\.0+)?(?:px|em|%)?\s*(?:!important\s*)?(?:;|$)",
    re.IGNORECASE,
)
# A container of size 0 is a layout trick; it hides only what sets no size of its own.
_SIZELESS = re.compile(
    r"font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:!important\s*)?(?:;|$)", re.IGNORECASE
)
_UNSEEN = ("head", "style", "script", "title", "template", "noscript", "object", "svg")
_BLOCKS = "p,div,tr,li,ul,ol,table,blockquote,h1,h2,h3,h4,h5,h6,hr,pre,section,article,header,footer"
_INVISIBLE = re.compile("[\u200b\u200c\u2060\u034f\u00ad\ufeff\x00-\x08\x0b-\x1f]")
# Elements that must be closed, and so tell how deep a document is.
_NESTING = re.compile(
    r"<(/?)(?:div|span|table|blockquote|font|center|section|article|ul|ol|dl|form|[abius]|em|strong|big|small|tt"
    r"|fieldset|details|main|nav|aside|figure|address|header|footer|button|pre|x[\w-]{0,20})\b",
    re.IGNORECASE,
)
_LINE_TAG = re.compile(r"<(?:br|/?(?:p|div|tr|li|table|h[1-6]|blockquote))\b[^<>]{0,10000}>", re.IGNORECASE)
_UNSEEN_TEXT = re.compile(r"<(style|script|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[/!a-zA-Z][^<>]{0,10000}>")
_BLANK_LINES = re.compile(r"\n{3,}")
_BREAK, _CELL = "\x1e", "\x1f"
# What mail clients write around the mail that is answered; a bare <blockquote> is often mere indentation.
_QUOTING = re.compile(r"\b(?:gmail_quote|yahoo_quoted|protonmail_quote|isReplyContent)\b")
_OPEN, _CLOSE = "\ue000", "\ue001"


def text(html: str, attachments: tuple[Attachment, ...] = ()) -> str:
    """The text that a reader of this HTML sees; images stand as [图片: name]."""
    html = html[:MAX_CHARACTERS].replace("\0", "").replace(_OPEN, "").replace(_CLOSE, "")
    laid_out = _laid_out(html, attachments) if len(html) <= MAX_LAID_OUT else ""
    return laid_out or (_plain(html) if _depth(html) <= MAX_TREE_DEPTH else _stripped(html))


def _depth(html: str) -> int:
    """How deep the document's elements are nested at most, told from its tags alone."""
    steps = (-1 if tag[1] else 1 for tag in _NESTING.finditer(html))
    return max(accumulate(steps), default=0)


def _stripped(html: str) -> str:
    """The text between the tags, for a document that no tree should be made of."""
    lines = _LINE_TAG.sub("\n", _UNSEEN_TEXT.sub(" ", html))
    return _tidy(unescape(_TAG.sub("", lines)))


def _laid_out(html: str, attachments: tuple[Attachment, ...]) -> str:
    """inscriptis's text; '' when the document is beyond it."""
    # Imported here: they take a tenth of a second and most mail has a plain text.
    from inscriptis import Inscriptis
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.model.config import ParserConfig
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    try:
        tree = document_fromstring(html.encode(), parser=HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    if _is_too_deep(tree):
        return ""
    try:
        _prune(tree)
        _mark_quotations(tree)
        _name_images(tree, {attachment.content_id: attachment.filename for attachment in attachments})
        # The "relaxed" profile puts blanks around every span: Chinese text has them inside words.
        laid_out = Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"])).get_text()
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
        return ""  # seen: ValueError for a colspan that is no number, and for control characters
    return _tidy(_quoted(laid_out) if _OPEN in laid_out else laid_out)


def _is_too_deep(tree: "HtmlElement") -> bool:
    """True when the tree is deeper than MAX_DEPTH, as libxml2 also cuts at 256."""
    level = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def _prune(tree: "HtmlElement") -> None:
    """Takes out what no reader sees: preheaders, styles, Outlook's hidden blocks."""
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None or element.tag == "body":
            continue
        if element.tag in _UNSEEN or element.get("hidden") is not None or _is_hidden(element):
            element.drop_tree()


def _is_hidden(element: "HtmlElement") -> bool:
    style = element.get("style")
    if not style:
        return False
    style = style[:2000]
    if _HIDDEN.search(style):
        return True
    sized = any("font" in (inner.get("style") or "") for inner in element.iterdescendants())
    return bool(_SIZELESS.search(style)) and not sized


def _mark_quotations(tree: "HtmlElement") -> None:
    """Marks where the answered mail begins and ends, so that it can be told from the answers in it."""
    for element in tree.iter("blockquote"):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.get("type") != "cite" and not _QUOTING.search(names):
            continue
        element.text = _OPEN + (element.text or "")
        if len(element):
            element[-1].tail = (element[-1].tail or "") + _CLOSE
        else:
            element.text += _CLOSE


def _quoted(laid_out: str) -> str:
    """The text with `> ` before every line of a marked quotation, as in plain text mail."""
    lines, depth = [], 0
    for line in laid_out.split("\n"):
        depth += line.count(_OPEN)
        bare = line.replace(_OPEN, "").replace(_CLOSE, "")
        if bare == line or bare.strip():
            lines.append(f"{'>' * depth} {bare.strip()}" if depth else bare)
        depth = max(0, depth - line.count(_CLOSE))
    return "\n".join(lines)


def _name_images(tree: "HtmlElement", names: dict[str, str]) -> None:
    for image in list(tree.iter("img")):
        name = _image_name(image, names)
        image.tag = "span"
        image.text = f"[图片: {name}]" if name else None


def _image_name(image: "HtmlElement", names: dict[str, str]) -> str:
    """The attached file's name, else the alternative text; '' for decoration."""
    source = (image.get("src") or "")[:2000]
    if {image.get("width"), image.get("height")} & TRACKING_PIXELS:
        return ""
    if source.startswith("cid:"):
        found = names.get(source[4:])
        return found or source[4:].partition("@")[0][:MAX_IMAGE_NAME]
    return " ".join((image.get("alt") or "").split())[:MAX_IMAGE_NAME]


def _plain(html: str) -> str:
    """Blocks as lines, cells apart by a tab: fast, and indifferent to depth."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    tree.strip_tags(list(_UNSEEN))
    if tree.body is None:
        return ""
    for node in tree.css("br"):
        node.replace_with(_BREAK)
    for node in tree.css(_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    for node in tree.css("td,th"):
        node.insert_after(_CELL)
    flat = " ".join(re.split(r"[ \t\r\n\f]+", tree.body.text(separator="")))
    return _tidy(re.sub(f"{_BREAK}+", "\n", flat).replace(_CELL, "\t"))


def _tidy(text: str) -> str:
    """Lines without trailing blanks, at most one empty line together, no invisible characters."""
    text = _INVISIBLE.sub("", text.replace("\xa0", " "))
    lines = (line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
