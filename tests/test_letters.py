"""Every mail in both languages, plain, far too long and hostile: sound as a message, harmless as a page."""

import re
from email.utils import parseaddr, parsedate_to_datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from classify import bilingual
from notify import links, mime
from notify.render import LANGUAGES
from notify.wrap import COLUMNS, columns
from tests.letters.casts import CASTS
from tests.letters.samples import STYLES, Sample, samples, templates
from tests.letters.wording import HOSTILE

KINDS = [(language, style) for language in LANGUAGES for style in STYLES]
LINE_BYTES_MAX = 998
"""RFC 5322 2.1.1."""
HEADER_BYTES_MAX = 78
ONCE = ("date", "from", "to", "subject", "message-id", "mime-version", "auto-submitted", "content-type")
SUBJECT_CHARS_MAX = mime.SUBJECT_CHARS_MAX + 60
"""With its tag."""
HTML_BYTES_MAX = 102_000
"""Gmail cuts a longer page off."""
JOINER = "\u200d"
"""Between the parts of a picture: of a family, a profession."""
ONE_ID = re.compile(rb"[\w-]+: <[^<>\s]+>")
MIXED = ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{%|%\}|Undefined|None\b(?= ?[<\n])|<built-in|object at 0x")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff](?:[;,]|:(?!//)|\()|[:：]：|。。")
"""Marks of English behind Chinese, and marks twice."""
TAG = re.compile(r" \[[A-Z]-[\d-]+ [\w-]{10,}\]$")
ATTRIBUTES = {"href", "style", "class", "role", "width", "height", "cellpadding", "cellspacing", "border", "align", "colspan", "rowspan",
              "valign", "bgcolor", "lang", "name", "content", "charset", "http-equiv"}  # fmt: skip


@pytest.fixture(scope="module", params=KINDS, ids="-".join)
def letters(request: pytest.FixtureRequest) -> tuple[Sample, ...]:
    return samples(*request.param)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_has_a_sample(language: str) -> None:
    """A new template needs one in tests/letters/samples.py: nobody has looked at a mail that has none."""
    assert templates(language) == {sample.template for sample in samples(language, "plain")}


def test_messages_are_sound(letters: tuple[Sample, ...]) -> None:
    for sample in letters:
        raw, message = sample.content, sample.message
        assert raw.isascii(), sample.name
        assert re.search(rb"(?<!\r)\n|\r(?!\n)|\x00", raw) is None, sample.name
        assert max(map(len, raw.split(b"\r\n"))) <= LINE_BYTES_MAX, sample.name
        assert [d for part in message.walk() for d in part.defects] == [], sample.name
        assert [d for value in message.values() for d in getattr(value, "defects", ())] == [], sample.name
        assert sample.mail.defects == (), sample.name
        for name in ONCE:
            assert len(message.get_all(name, [])) == 1, (sample.name, name)
        assert message["bcc"] is None, sample.name
        assert parsedate_to_datetime(message["date"]).tzinfo is not None, sample.name
        assert re.fullmatch(r"<[^\s<>@]{1,200}@corp\.example>", message["message-id"]), sample.name
        assert message["auto-submitted"] in ("auto-generated", "auto-replied"), sample.name
        assert parseaddr(message["from"])[1] == "it-desk@corp.example", sample.name
        assert parseaddr(message["to"])[1] == sample.address, sample.name
        kinds = [part.get_content_type() for part in message.walk()]
        assert kinds[-2:] == ["text/plain", "text/html"] or kinds[:4] == MIXED, (sample.name, kinds)


def test_header_lines_are_folded(letters: tuple[Sample, ...]) -> None:
    for sample in letters:
        head = sample.content.split(b"\r\n\r\n", 1)[0]
        long = [line for line in head.splitlines() if len(line) > HEADER_BYTES_MAX and b" " in line.strip()]
        # A Message-ID is one word, and some programs do not find it behind a fold.
        assert [line for line in long if not ONE_ID.fullmatch(line)] == [], sample.name


def test_nothing_is_left_unresolved(letters: tuple[Sample, ...]) -> None:
    for sample in letters:
        mail = sample.mail
        for part in (mail.subject, mail.text, LexborHTMLParser(mail.html).text()):
            # What a hostile writer wrote is shown as they wrote it.
            found = None if "/hostile/" in sample.name else PLACEHOLDER.search(part)
            assert found is None, (sample.name, part[max(0, found.start() - 60) : found.end() + 60])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_speaks_one_language(language: str) -> None:
    """Of what the program wrote into a record in both languages, the reader sees one half."""
    for sample in samples(language, "plain"):
        shown = sample.mail.text + LexborHTMLParser(sample.mail.html).text()
        assert [phrase for phrase in bilingual.PHRASES if phrase in shown] == [], sample.name


def test_chinese_mails_are_punctuated_in_chinese() -> None:
    for sample in samples("zh", "plain"):
        if sample.template == "survey_read":
            # It shows what somebody wrote and was not understood, as they wrote it.
            continue
        for line in (sample.mail.subject, *sample.mail.text.split("\n")):
            is_quoted = line.startswith("  |")
            assert is_quoted or HALF_WIDTH.search(line) is None, (sample.name, line)


def test_text_fits_a_terminal(letters: tuple[Sample, ...]) -> None:
    for sample in letters:
        for line in sample.mail.text.split("\n"):
            is_one_word = " " not in line.strip(" |*") and line.isascii()
            assert columns(line) <= COLUMNS or is_one_word or "https://" in line, (sample.name, line)
            assert line.replace("\u3000", " ").replace(JOINER, "").isprintable(), (sample.name, line)


def test_subjects_tell_first_and_end_with_their_tag(letters: tuple[Sample, ...]) -> None:
    for sample in letters:
        subject, matter = sample.message["subject"], sample.matter
        assert len(subject) <= SUBJECT_CHARS_MAX, sample.name
        assert subject.isprintable(), sample.name
        assert not subject.startswith(("[", "C-", "Re:")), sample.name
        if matter:
            assert re.search(rf" \[{matter} [\w-]+\]$", subject), (sample.name, subject)


def test_pages_are_harmless(letters: tuple[Sample, ...]) -> None:
    for sample in letters:
        mail = sample.mail
        page = LexborHTMLParser(mail.html)
        assert len(mail.html.encode()) <= HTML_BYTES_MAX, (sample.name, len(mail.html.encode()))
        assert page.css("script,img,iframe,object,embed,form,link,svg,b[onclick]") == [], sample.name
        for node in page.css("*"):
            assert set(node.attributes) <= ATTRIBUTES, (sample.name, node.html)


def test_links_open_a_reply_that_is_understood(letters: tuple[Sample, ...]) -> None:
    for sample in letters:
        mail = sample.mail
        hrefs = [node.attributes["href"] or "" for node in LexborHTMLParser(mail.html).css("a")]
        assert sample.choices in (None, len(hrefs)), sample.name
        for href in hrefs:
            parts = urlsplit(unescape(href))
            assert (parts.scheme, parts.path) == ("mailto", "it-desk@corp.example"), sample.name
            assert len(href) <= links.LINK_CHARS_MAX, sample.name
            query = parse_qs(parts.query, strict_parsing=True, errors="strict")
            assert set(query) == {"subject", "body"}, (sample.name, query)
            assert query["subject"][0].isprintable(), sample.name
            assert TAG.search(query["subject"][0]), (sample.name, query["subject"])


def test_hostile_words_reach_no_header(letters: tuple[Sample, ...]) -> None:
    for sample in letters:
        message = sample.message
        others = {a.addr_spec for name in ("to", "cc") if message[name] for a in message[name].addresses}
        known = {p.address for p in CASTS[sample.name[:2]].organisation.people}
        assert others <= known | {sample.address}, sample.name


def test_the_hostile_samples_have_teeth() -> None:
    shown = " ".join(sample.mail.text for sample in samples("zh", "hostile"))
    for words in ("<script>alert(1)</script>", "{{7*7}}", "evil@evil.example"):
        assert words in HOSTILE
        assert words in shown
