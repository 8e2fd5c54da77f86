"""HTML to text: what a reader sees, for tame and for hostile HTML."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import html
from ingest.mail import Attachment

IMAGE = Attachment(filename="截图.png", content_type="image/png", content=b"x", content_id="i1@corp.example")

CASES = {
    "blanks between spans": ("<p>张<span>三</span>的</p>", "张三的"),
    "line breaks in the source": ("<p>one\ntwo</p>", "one two"),
    "list": ("<ul><li>一</li><li>二</li></ul>", "  * 一\n  * 二"),
    "hidden attribute": ("<p hidden>看不见</p><p>正文</p>", "正文"),
    "visibility": ('<p style="visibility:hidden">看不见</p>正文', "正文"),
    "mso-hide": ('<p style="mso-hide:all">看不见</p>正文', "正文"),
    "opacity 0.5 is seen": ('<p style="opacity:0.5">正文</p>', "正文"),
    "max-height 0": ('<div style="max-height: 0px; overflow: hidden">看不见</div>正文', "正文"),
    "text behind a hidden element": ('<p>a<span style="display:none">x</span>b</p>', "ab"),
    "image with a file": ('<img src="cid:i1@corp.example" alt="image001">', "[图片: 截图.png]"),
    "image without its file": ('<img src="cid:i2@corp.example">', "[图片: i2]"),
    "remote image without text": ('<img src="http://corp.example/a.png">', ""),
    "entities": ("<p>&lt;b&gt; &amp; &#20320;&nbsp;x</p>", "<b> & 你 x"),
    "empty": ("", ""),
    "only a comment": ("<!-- a -->", ""),
    "too deep for a layout": ("<div>" * 500 + "<p>一</p><p>二</p>", "一\n二"),
    "too deep for a tree": ("<div>" * 20_000 + "<p>一</p><br>&amp;二", "一\n\n&二"),
    "quotation": (
        '<p>答</p><blockquote type="cite"><div>问一</div></blockquote><p>再答</p>',
        "答\n\n> 问一\n\n再答",
    ),
    "quotation in a quotation": (
        '<blockquote class="gmail_quote">一<blockquote class="gmail_quote">二</blockquote>三</blockquote>四',
        "> 一\n>> 二\n> 三\n四",
    ),
    "indentation is no quotation": (
        '<blockquote style="margin:0 0 0 40px">自己写的</blockquote>',
        "自己写的",
    ),
    "control characters": ('<style></style>&#1;\x01一<img alt="&#2;" src="cid:\x02">', "一"),
    "nul": ("<p>a\0b</p>", "ab"),
}


@pytest.mark.parametrize("name", CASES)
def test_html_text(name):
    source, expected = CASES[name]
    assert html.text(source, (IMAGE,)) == expected, name


@pytest.mark.parametrize(
    "source",
    ["<" * 60_000, "<!--" * 15_000, "<a>" * 20_000, "<b><p>" * 10_000, "<p>" * 20_000, "<li>" * 10_000, "<td>" * 10_000,
     "<table><tr><td>" * 4_000, "<style>" * 9_000, "&#x" * 20_000, "<p " + "a=b " * 15_000, "<select><option>" * 4_000,
     "<svg><g>" * 7_000, '<td colspan="x" width="-1%">' * 2_000, '<p style="padding:1e99em">a', '<ol start="x"><li value="-1">'],
    ids=lambda source: source[:12],
)  # fmt: skip
def test_html_text_survives(source):
    assert "\0" not in html.text(source)


@given(st.lists(st.sampled_from(["<p>", "</p>", "<div style='display:none'>", "</div>", "<table>", "<tr>", "<td colspan=9>", "<li>", "<br>",
                                 "<pre>", "<ul>", "<img src=cid:a>", "<!--", "-->", "<![CDATA[", "&#0;", "&#xD800;", "\ud800", "字", " ", "\n", "\0"]), max_size=60))  # fmt: skip
@settings(deadline=None)
def test_html_text_takes_anything(pieces):
    html.text("".join(pieces).replace("\ud800", "")).encode("utf-8")


def test_html_text_plain_layout_keeps_rows_and_cells():
    rows = "<tr><td>工单</td><td>状态</td></tr>" * 9_000
    assert html.text(f"<table>{rows}</table>").split("\n")[0] == "工单\t状态"
