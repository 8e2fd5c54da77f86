"""Charsets: what labels lie about, and what bytes without a label are."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest import charset

SHORT_GBK = ("张三", "您好", "收到", "谢谢", "打印机坏了", "已解决", "同意。", "请尽快处理！", "朱镕基路")
SHORT_BIG5 = ("您好", "謝謝", "電腦壞了", "我們的印表機", "請儘快處理")


@pytest.mark.parametrize("text", SHORT_GBK)
@pytest.mark.parametrize(
    "label",
    ["", "gb2312", "GB_2312-80", "gbk", "x-gbk", "cp936", "us-ascii", "utf-8", "unknown-8bit", "nonsense"],
)
def test_decode_gbk_under_any_label(text, label):
    if (text, label) == ("谢谢", "utf-8"):
        pytest.skip("these four bytes are UTF-8 as well, and the label says so")
    assert charset.decode(text.encode("gb18030"), label).text == text, (text, label)


@pytest.mark.parametrize("text", SHORT_BIG5)
@pytest.mark.parametrize("label", ["big5", "Big5-HKSCS", "cp950"])
def test_decode_big5_under_its_labels(text, label):
    assert charset.decode(text.encode("big5"), label).text == text, (text, label)


@pytest.mark.parametrize("text", ["電腦壞了，請儘快處理", "我們的印表機不能用了", "請問什麼時候可以修好"])
def test_decode_big5_without_label(text):
    assert charset.decode(text.encode("big5")).text == text


@pytest.mark.parametrize("text", ["Café", "Jørn Støylen", "naïve résumé", "Grüße aus München"])
@pytest.mark.parametrize("label", ["", "iso-8859-1", "windows-1252"])
def test_decode_western_text_is_not_taken_for_chinese(text, label):
    assert charset.decode(text.encode("latin-1"), label).text == text, (text, label)


@pytest.mark.parametrize("text", ["Café", "naïve", "Привет", "Здравствуйте", "Καλημέρα σας", "żółć"])
def test_decode_two_byte_utf_8_is_not_taken_for_chinese(text):
    assert charset.decode(text.encode()).text == text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("gb2312", "gb18030"), ("GB_2312-80", "gb18030"), ('"GBK"', "gb18030"), ("chinese", "gb18030"), ("MS936", "gb18030"),
        ("big5", "big5hkscs"), ("hz-gb-2312", "hz"), ("utf8", "utf-8"), ("ks_c_5601-1987", "cp949"), ("iso-8859-1", "cp1252"),
        ("us-ascii", ""), ("", ""), ("rot13", ""), ("base64", ""), ("unicode_escape", ""), ("idna", ""), ("undefined", ""), ("a" * 9999, ""),
    ],
)  # fmt: skip
def test_codec_of_label(label, codec):
    assert charset.codec_of(label) == codec


def test_decode_one_bad_byte_costs_one_character():
    good = "我的报修三天没有处理，请尽快派人来看看，谢谢。"
    for label, codec in (("gb2312", "gb18030"), ("utf-8", "utf-8"), ("big5", "big5hkscs")):
        text = good if codec != "big5hkscs" else "我的電腦三天沒有處理，請儘快派人來看看，謝謝。"
        found = charset.decode(text.encode(codec) + b"\xff" + text.encode(codec), label)
        assert found.text == f"{text}\ufffd{text}", label
        assert found.defect, label


def test_decode_says_when_the_label_was_wrong():
    assert (
        charset.decode("您好世界".encode(), "gb2312").defect == "labelled gb2312 but is UTF-8: read as UTF-8"
    )
    assert (
        charset.decode("您好".encode("gbk"), "utf-8").defect == "labelled utf-8 but is not: read as gb18030"
    )


def test_decode_defect_holds_nothing_but_the_label_s_letters():
    assert charset.decode("您好".encode(), "gb2312\r\nBcc: x").defect.isprintable()


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=40))
def test_decode_undoes_gb18030(text):
    data = text.encode("gb18030")
    assume(not _is_utf8(data))
    assert charset.decode(data, "gb2312").text == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x1b\ufeff")))
def test_decode_undoes_utf_8(text):
    assert charset.decode(text.encode(), "utf-8").text == text


@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["", "utf-8", "gb2312", "big5", "hz", "utf-7", "utf-16", "iso-2022-jp", "iso-8859-1", "euc-kr"]
    ),
)
def test_decode_takes_any_bytes(data, label):
    charset.decode(data, label).text.encode("utf-8")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_decode_escape_sequences_that_break_the_codec():
    """Seen with Python 3.11: "internal codec error" of iso2022_jp_2, a RuntimeError."""
    data = b"\x1b.J\x1bN\xd2"
    assert charset.decode(data).text
    assert charset.decode(data, "iso-2022-jp").text


@pytest.mark.parametrize("label", ["", "utf-8", "unknown-8bit"])
def test_decode_short_utf_8_cut_in_a_character(label):
    data = "打印机坏了".encode()
    assert charset.decode(data[:-1], label).text == "打印机坏\ufffd"
    assert charset.decode("好".encode("gbk"), label).text == "好"


def test_decode_seven_bit_charset_with_one_foreign_byte():
    data = b"01 " + "打印".encode("iso2022_jp") + b" Dij\x8aat.mp3"
    assert charset.decode(data, "iso-2022-jp").text == "01 打印 Dij\ufffdat.mp3"
    assert (
        charset.decode("打印机坏了，请尽快处理".encode("gbk"), "iso-2022-jp").text == "打印机坏了，请尽快处理"
    )
