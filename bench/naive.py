"""The naive loop that Ombud is measured against: the same libraries, what one would write in an afternoon.

Fetch 50, parse with mail-parser, one commit a mail, one `EmailMessage` and one SMTP connection for a complaint,
move it away. No queue, no second look, no trail, nobody else told.
    python -m bench.naive IMAP_PORT SMTP_PORT USER PASSWORD DATABASE
"""

import smtplib
import sqlite3
import sys
from email.message import EmailMessage
from email.utils import make_msgid

import mailparser
from imapclient import IMAPClient

HOST = "127.0.0.1"
FROM = "it-desk@corp.example"
WORDS = ("投诉", "不满意", "complain", "dissatisfied")


def main(imap_port: int, smtp_port: int, user: str, password: str, database: str) -> int:
    """Works off the mailbox; how many mails there were."""
    db = sqlite3.connect(database)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE mail (id INTEGER PRIMARY KEY, message_id TEXT UNIQUE, raw BLOB, complaint TEXT)")
    client = IMAPClient(HOST, port=imap_port, ssl=False)
    client.login(user, password)
    if not client.folder_exists("Done"):
        client.create_folder("Done")
    client.select_folder("INBOX")
    uids = client.search()
    for start in range(0, len(uids), 50):
        batch = client.fetch(uids[start : start + 50], ["BODY.PEEK[]"])
        for uid, data in batch.items():
            handle(db, smtp_port, data[b"BODY[]"])
            client.move([uid], "Done")
    client.logout()
    return len(uids)


def handle(db: sqlite3.Connection, smtp_port: int, raw: bytes) -> None:
    """One mail recorded and, when it is a complaint, acknowledged."""
    mail = mailparser.parse_from_bytes(raw)
    text = f"{mail.subject}\n{''.join(mail.text_plain or mail.text_html)}"
    number = ""
    if any(word in text for word in WORDS):
        number = f"C-{db.execute('SELECT count(*) FROM mail').fetchone()[0] + 1}"
    db.execute(
        "INSERT OR IGNORE INTO mail (message_id, raw, complaint) VALUES (?, ?, ?)",
        (mail.message_id, raw, number),
    )
    db.commit()
    if number:
        acknowledge(smtp_port, mail.from_[0][1], mail.subject, number)


def acknowledge(smtp_port: int, address: str, subject: str, number: str) -> None:
    """The acknowledgement, over a connection of its own."""
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = FROM, address, make_msgid()
    message["Subject"] = f"已收到您的投诉 {number}: {' '.join(subject.split())}"
    message.set_content(f"您的投诉已登记，编号 {number}。\n\n{subject}\n")
    message.add_alternative(f"<p>您的投诉已登记，编号 {number}。</p>", subtype="html")
    with smtplib.SMTP(HOST, smtp_port) as smtp:
        smtp.send_message(message)


if __name__ == "__main__":
    print(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]))
