"""Which first lines are commands, which only look like one, and what belongs to the command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.facts import Verb
from classify.verb import WORDS, read, word

SPELLINGS = {
    Verb.ACCEPT: "受理|受理。|受理！|【受理】|受理一下|受理了|受 理|  受理  |请受理|同意受理|予以受理|已受理|受理此投诉|1. 受理|处理意见：受理"
    "|“受理”|**受理**|> 受理|accept|Accept.|ACCEPT|Accepted|please accept|I accept|ａｃｃｅｐｔ|受理，谢谢|受理：情况属实",
    Verb.ASK: "补充 工单号|补充：工单号是多少？|補充 工单号|请补充工单号|询问：什么时候发生的？|ask which system?|Ask: since when?",
    Verb.VALID: "有效|有效。|属实|有效，确有其事|请判定有效|valid|Valid.|VALID|valid - confirmed by logs",
    Verb.INVALID: "无效 网络在用户家里|無效：不在服务范围|无效，不属于SLA|不属实|判定无效 没有依据|无效没有证据|invalid not ours|Not valid: private line"
    "|invalid: user error",
    Verb.ASSIGN: "分派 催收系统开发部|分派催收系统开发部|分派：催收系统开发部 3天|分派给催收系统开发部|指派 个贷系统开发部|分派给个贷系统开发部，3个工作日"
    "|派单 催收系统开发部|請分派 催收系統開發部|分派到催收系统开发部|assign Collections|Assign to Collections 3 days|assign催收系统开发部",
    Verb.MEASURES: "措施|措施：更换交换机|措施 更换交换机|措施更换交换机|处理措施：重启|measures: switch replaced|Measures",
    Verb.RETURN: "退回 不是我们的系统|退回：不属于我部|退回不属于我部|请退回|return not ours|Return: wrong department",
    Verb.PASS: "通过|通過|通过。|验证通过|同意通过|通过，措施到位|pass|Passed.|pass - effective",
    Verb.FAIL: "不通过 没有根本原因|不通過：没有预防措施|未通过，证据不足|不通过没有根本原因|验证不通过 再查|不 通过 再查|fail no root cause|Failed: too vague",
    Verb.CLOSE: "关闭|關閉|关闭。|关闭 用户电话确认|关闭：用户已确认|关闭了|关闭吧|同意关闭|请关闭|結案|关闭该投诉|close|Close.|close: user agreed by phone"
    "|please close",
    Verb.CONFIRM: "确认|確認|确认。|确认，谢谢|confirm|Confirmed!",
    Verb.NOT_SOLVED: "未解决|未解決 还是断|没有解决，还是慢|not solved|Not solved: same error",
    Verb.NOTE: "备注 用户已休假|備註：用户已休假|备注用户已休假|备注：他问什么时候好？|note user is on leave|Note: call him?",
    Verb.STATUS: "进度|進度|进度？|进度如何？|进度怎么样|查询进度|status|Status?|status please",
    Verb.APPROVE: "批准|同意|同意。|同意发布|批准，请发送|approve|Approved.|approve, please send",
    Verb.REJECT: "驳回 数字不对|拒绝：图表缺失|不同意，数字不对|reject wrong figures|Rejected: see below",
    Verb.COMPLAINT: "投诉|是投诉|投訴|complaint",
    Verb.NO_COMPLAINT: "非投诉|不是投诉|not a complaint|No complaint.",
    Verb.SAME: "同一事项|同一 C-2026-00003|same matter|same C-2026-00003",
    Verb.DIFFERENT: "不同事项|不同|different|different matter",
    Verb.RELEASE: "放行|重新处理|release",
    Verb.DISCARD: "丢弃|丟棄|discard",
    Verb.FILL_IN: "填报|填報|fill in",
    Verb.ATTEND: "参加|出席|參加|attend",
    Verb.DECLINE: "不参加|不出席|无法参加|不能参加|decline",
    Verb.TENTATIVE: "待定|暂定|tentative",
    Verb.DONE: "完成|已完成|办结|done|completed",
    Verb.RESCHEDULE: "改期 2026-12-20|改期至12月20日|延期到下周五 等设备|due 2026-12-20|Due: 20 December, parts are late|reschedule to Friday",
}

ONLY_RESEMBLING = """
受理的事情我想问一下
受理人是谁
受理了吗
受理了吗？
受理不受理？
受理没有
受理流程是什么
受理率太低
关闭了吗？
关闭了吗
关闭不了
关闭之前请先打电话
关闭？
关闭后请通知我
有效期是什么时候
有效期到了
有效性待查
有效吗
无效的投诉怎么算
分派给谁?
分派给谁
分派到哪个部门
分派了吗？
分派系统坏了
措施怎么写
措施的格式是什么
措施呢
退回的单子在哪里
退回流程
通过率多少
通过邮件联系我
通过了吗
通过什么方式
确认邮件已收到
确认了吗？
确认一下是否属实？
进度条不动
备注栏怎么填
批准人是谁
同意吗？
同意与否
同一个人又打来电话
不同的人
投诉人姓名是什么
投诉系统打不开
我受理
能受理吗
什么时候关闭
请问受理了没有
已关闭的投诉在哪
还没有关闭
如果用户同意就关闭
不受理
您好
谢谢
好的
close to the deadline we have no time
Close, is it?
Close if the user agrees
closed systems are hard
closing remarks
Pass me the file, please
pass?
passport copy attached
Valid until 2027
valid point, let us talk
validity?
accept?
acceptance test
Accepting this is hard
accept if he agrees
statusbar is broken
confirm receipt
confirm?
Return to sender
returning on Monday
notebook needed
assignment of rights
asking for a friend
approve?
approval needed
release?
released?
measured twice
Don't close
I'll accept later tomorrow?
The status
sameness
difference
I think it's valid
due to the outage we could not work
dues are paid
延期了吗？
改期吗
""".strip().split("\n")


@pytest.mark.parametrize(
    ("text", "verb"), [(text, verb) for verb, row in SPELLINGS.items() for text in row.split("|")]
)
def test_a_spelling_of_a_verb_is_read(text: str, verb: Verb) -> None:
    found = read(text)
    assert found is not None, text
    assert found.verb is verb, (text, found)


def test_every_verb_of_the_table_has_spellings() -> None:
    assert set(SPELLINGS) == set(WORDS)


@pytest.mark.parametrize("text", [t for t in ONLY_RESEMBLING if t != "我受理"])
def test_what_only_resembles_a_verb_is_none(text: str) -> None:
    assert read(text) is None, (text, read(text))


@pytest.mark.parametrize(
    ("text", "verb", "argument", "below"),
    [
        ("无效 网络在用户家里", Verb.INVALID, "网络在用户家里", ""),
        ("无效：网络在用户家里。", Verb.INVALID, "网络在用户家里", ""),
        ("无效\n网络在用户家里\n请自行联系运营商", Verb.INVALID, "", "网络在用户家里\n请自行联系运营商"),
        ("分派给催收系统开发部 3天", Verb.ASSIGN, "催收系统开发部 3天", ""),
        ("分派：催收系统开发部（3天）", Verb.ASSIGN, "催收系统开发部（3天）", ""),
        ("补充 <问题>", Verb.ASK, "", ""),
        ("补充 <问题>\n工单号是多少？", Verb.ASK, "", "工单号是多少？"),
        ("关闭了吧，用户已确认", Verb.CLOSE, "用户已确认", ""),
        ("受理\n\n另外，什么时候要答复？", Verb.ACCEPT, "", "另外，什么时候要答复？"),
        ("受理。什么时候要答复？", Verb.ACCEPT, "什么时候要答复？", ""),
        ("您好：\n\n受理\n谢谢", Verb.ACCEPT, "", "谢谢"),
        ("王经理，您好！\n同意受理", Verb.ACCEPT, "", ""),
        ("您好，受理", Verb.ACCEPT, "", ""),
        ("Dear all,\n\nAccept.\nThanks", Verb.ACCEPT, "", "Thanks"),
        ("\n\n\n关闭 用户电话确认", Verb.CLOSE, "用户电话确认", ""),
        ("措施由张工更换交换机", Verb.MEASURES, "由张工更换交换机", ""),
        ("fail: no root cause\nPlease look again.", Verb.FAIL, "no root cause", "Please look again."),
        ("进度\nC-2026-00017", Verb.STATUS, "", "C-2026-00017"),
    ],
)
def test_what_belongs_to_the_command(text: str, verb: Verb, argument: str, below: str) -> None:
    found = read(text)
    assert found is not None, text
    assert (found.verb, found.argument, found.text) == (verb, argument, below), text


@pytest.mark.parametrize("text", ["我看过了\n受理", "转告一下\n关闭", "明天再说\n\n通过", "谢谢\n受理"])
def test_a_verb_below_other_words_is_none(text: str) -> None:
    assert read(text) is None, text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_word_shown_is_read_again(language: str) -> None:
    for verb in WORDS:
        found = read(word(verb, language))
        assert found is not None, (verb, language)
        assert found.verb is verb, (verb, language)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = read(text)
    assert found is None or found.verb in WORDS


@given(st.sampled_from(sorted(WORDS)), st.text(alphabet=" \t\u3000：:。！!?？不了吗的a给<>\n", max_size=12))
def test_any_text_behind_a_verb_is_read(verb: Verb, rest: str) -> None:
    found = read(word(verb, "zh") + rest)
    assert found is None or found.verb in WORDS
