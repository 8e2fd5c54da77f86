"""The words that mail programs write above what they quote, in the languages that they speak.

Data only: labels of header fields, verbs of "… wrote:", titles of the rules between answer and original.
Labels are without blanks and in lower case; colons are half-width.
"""

FIELDS: dict[str, str] = {
    "from": "发件人 发信人 寄件者 寄件人 發件人 發信人 發送人 发送者 发送人 发自 差出人 보낸사람 from sender von de van da fra från från od"
    " от отправитель lähettäjä feladó gönderen",
    "sent": "发送时间 发送日期 发件时间 发件日期 发信时间 發送時間 發送日期 發件時間 寄件日期 寄件時間 傳送時間 傳送日期 寄送時間 寄送日期"
    " 送信日時 보낸날짜 sent sentat senton senttime sendtime datesent gesendet envoyé enviado enviadoel enviadaem inviato verzonden sendt"
    " skickat wysłano odesláno отправлено lähetetty küldve",
    "to": "收件人 收件者 收信人 宛先 받는사람 to recipient recipients para aan til till komu кому vastaanottaja címzett kime",
    "cc": "抄送 抄送至 抄送人 副本 副本抄送 cc ccrecipient 참조 copie kopie",
    "subject": "主题 主旨 主題 标题 標題 题目 件名 제목 subject betreff objet asunto oggetto onderwerp assunto emne ämne"
    " temat předmět тема aihe tárgy konu",
    "other": "密送 bcc 重要性 附件 优先级 回复至 回复地址 答复地址 回复到 reply-to replyto importance attachments attachment priority"
    " organization organisation antwortan",
}
"""Labels that no mail writes for another reason."""

WEAK_FIELDS: dict[str, str] = {
    "from": "来自 來自 自",
    "sent": "日期 时间 時間 date datum data fecha dato дата",
    "to": "至 到 to an à a do",
}
"""Labels that people write too: they count beside a subject or below a rule."""

VERBS = (
    "写道|寫道|写到|寫到|写入|写了|wrote|writes|said|sent|schrieb|geschrieben|a écrit|escribió|ha escrit|escreveu|ha scritto|"
    "schreef|geschreven|napisał|napisał[(]a[)]|napisała|pisze|nadesłał|napsal[(]a[)]|skrev|kirjoitti|пишет|написал|"
    "написала|написал[(]а[)]|のメッセージ|のメール|さんは書きました|书かれました|작성|님이 작성|님이 작성하였습니다|yazdı|"
    "đã viết|írta"
)
"""How "… wrote" ends."""

VERBS_INSIDE = "schrieb|schreef|skrev|wrote|escribió|写于|寫於"
"""Verbs before the name: 'Am … schrieb …:'."""

PREPOSITIONS = "on|at|le|am|el|em|il|op|w dniu|dnia|den|på|dne|vào"

RULE_TITLES = (
    "(?=[^-]{0,12}(?:原|源|回复|回覆|答复|转|轉))(?:以下[为是為])?[已被]?(?:回复|回覆|答复|转发|转寄|轉寄|轉發)?的?(?:原始|原|源)?的?"
    "(?:邮件|郵件|信件|信息|消息|訊息|主题|主題)(?:原件|原文|原始内容|内容|信息)?|原文|"
    "original messages?|original mail|original email|original appointment|original|reply message|replied message|"
    "forwarded message|forwarded mail|forwarded email|forwarded|ursprüngliche nachricht|originalnachricht|"
    "weitergeleitete nachricht|antwort nachricht|erhaltene nachricht|message d'origine|message original|"
    "message transféré|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|"
    "oorspronkelijk bericht|doorgestuurd bericht|mensagem original|mensagem encaminhada|oprindelig meddelelse|"
    "oprindelig besked|videresendt besked|ursprungligt meddelande|originalmeddelelse|исходное сообщение|"
    "пересылаемое сообщение|wiadomość oryginalna|původní zpráva|元のメッセージ|転送メッセージ|원본 메시지"
)
"""Between dashes, above the original."""

BARE_TITLES = (
    "原始邮件|邮件原件|邮件原文|原邮件|回复的原邮件|回复的邮件|转发的邮件|转发的原邮件|原始郵件|轉寄的郵件|"
    "original message|original email|original mail|original|replied message|forwarded message"
)
"""Titles that also stand without dashes, when a header block or marked lines follow."""

BEGIN_TITLES = (
    "begin forwarded message|以下是转发的邮件|下面是被转发的邮件|开始转发的邮件|开始转发邮件|被转发的邮件|转发的邮件|"
    "以下是轉寄的郵件|以下為轉寄的郵件|開始轉寄郵件|開始轉寄的郵件|轉寄的郵件|anfang der weitergeleiteten nachricht|"
    "début du message réexpédié|début du message transféré|inicio del mensaje reenviado|転送されたメッセージ"
)
"""Before a colon, above a forwarded original."""
