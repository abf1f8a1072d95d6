"""What is kept of a mail."""

from dataclasses import fields
from datetime import UTC, datetime

import pytest

from orchestration.sources.mail.cutting import RawMail
from orchestration.sources.mail.reading import Mail, Place, ReadingOptions, hashed, read_mail

KEY = b"k" * 32
OPTIONS = ReadingOptions(KEY, latest=datetime(2024, 12, 1, tzinfo=UTC))
DATE = "Date: Mon, 04 Mar 2024 10:00:00 +0000\n"


def read(text: str, place: Place | None = None, **options: object) -> Mail:
    raw = RawMail(text.encode("utf-8", "surrogateescape"))
    chosen = ReadingOptions(KEY, OPTIONS.latest, **options)  # type: ignore[arg-type]
    mail = read_mail(raw, place or Place(), chosen)
    assert mail is not None
    return mail


def key_of(identifier: str) -> str:
    return hashed(KEY, "mail", identifier)


def test_a_mails_key_is_a_keyed_hash_of_its_message_id() -> None:
    mail = read(f"Message-ID:\n <ann.1@shop.example>\n{DATE}\nHello\n")
    assert mail.mail_key == key_of("ann.1@shop.example")
    assert len(mail.mail_key) == 32
    assert mail.mail_key != hashed(b"another key" * 3, "mail", "ann.1@shop.example")


def test_without_a_message_id_time_sender_and_beginning_are_the_key() -> None:
    first = f"{DATE}From: ann@shop.example\n\nHello\n"
    assert read(first).mail_key == read("X-Copy: 2\n" + first.replace("\n", "\r\n")).mail_key
    for other in (first.replace("Hello", "Hallo"), first.replace("ann", "bea"), "Date: " + first):
        mail = read_mail(RawMail(other.encode()), Place(), OPTIONS)
        assert mail is None or mail.mail_key != read(first).mail_key
    assert read(first + "x" * 300).mail_key == read(first + "x" * 299).mail_key


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("Ann Lee <Ann.Lee@Shop.example>", "ann.lee@shop.example"),
        ('"ben@desk.example" <ann@shop.example>', "ann@shop.example"),
        ("ann@shop.example (Ann Lee)", "ann@shop.example"),
        ("ann at shop.example (Ann Lee)", "ann@shop.example"),
        ("=?utf-8?Q?Ann_=C5=81=C4=99cka?= <ann@shop.example>", "ann@shop.example"),
        ("Łęcka, Ann <ann@shop.example>", "ann@shop.example"),
        ("undisclosed", None),
    ],
)
def test_the_sender_is_an_address_in_lower_case_without_a_name(
    header: str, address: str | None
) -> None:
    assert read(f"From: {header}\n{DATE}\nHello\n").sender == address


def test_references_are_all_that_a_mail_answers_the_oldest_first_each_once() -> None:
    mail = read(
        f"References: <a@x> <b@x>\n\t<c@x>\nIn-Reply-To: Your mail of <c@x> and <d@x>\n{DATE}\nHi\n"
    )
    assert mail.references == [key_of(name) for name in ("a@x", "b@x", "c@x", "d@x")]


@pytest.mark.parametrize(
    ("header", "is_automatic"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("Auto-Submitted: auto-generated (vacation)", True),
        ("Auto-Submitted: no", False),
        ("Auto-Submitted: No; why=person", False),
        ("X-Autoreply: yes", True),
        ("X-Other: 1", False),
    ],
)
def test_a_mail_that_a_program_sent_says_so(header: str, is_automatic: bool) -> None:
    assert read(f"{header}\n{DATE}\nAway\n").is_automatic is is_automatic


def test_gmails_labels_are_a_csv_line_that_may_be_encoded_and_folded() -> None:
    mail = read(
        "X-GM-THRID: 1792583012345678901\n"
        'X-Gmail-Labels: =?UTF-8?Q?Inbox,Opened,"Paid,_late",R=C3=A9clamation,?=\n'
        " =?UTF-8?Q?Category_Updates,Archived?=\n"
        f"{DATE}\nHello\n"
    )
    assert mail.labels == ["Paid, late", "Réclamation"]
    assert mail.gmail_thread_id == "1792583012345678901"
    assert (mail.state, mail.has_labels) == ("sent", True)


def test_labels_that_say_where_gmail_shows_a_mail_are_none() -> None:
    line = "Inbox,Sent,Opened,Unread,Important,Archived,Category Personal,refund"
    assert read(f"X-Gmail-Labels: {line}\n{DATE}\nHello\n").labels == ["refund"]
    assert read(f"X-GM-LABELS: refund\n{DATE}\nHello\n").has_labels is False


@pytest.mark.parametrize(
    ("headers", "state"),
    [
        ("X-Gmail-Labels: Drafts,refund", "draft"),
        ("X-Gmail-Labels: Trash", "trash"),
        ("X-Gmail-Labels: Spam,Unread", "spam"),
        ("X-Mozilla-Status: 0009", "trash"),
        ("X-Mozilla-Status: 0001", "sent"),
        ("X-Mozilla-Status: none", "sent"),
    ],
)
def test_what_was_not_sent_or_is_gone_is_told_by_labels_and_flags(headers: str, state: str) -> None:
    assert read(f"{headers}\n{DATE}\nHello\n").state == state


@pytest.mark.parametrize(
    ("body", "length"),
    [
        ("Hello\n", 5),
        ("Hello\n\n\n", 5),
        ("I see.\n\nOn Mon, 4 Mar 2024, Ann wrote:\n> It fails\n> again\n", 6),
        ("On Monday the fourth of March Ann Lee\n<a@x> wrote:\n> It fails\n\nYes, it does.\n", 13),
        ("Thanks\n\n-----Original Message-----\nFrom: Ann\n\nIt fails\n", 6),
        ("Two lines:\nof mine\n", 18),
    ],
)
def test_the_length_is_that_of_the_text_without_the_mail_it_quotes(body: str, length: int) -> None:
    assert read(f"{DATE}\n{body}").body_length == length


def test_a_line_that_an_mbox_quoted_is_the_authors_own() -> None:
    text = f"{DATE}\n>From here on it fails\n>>From there too\n"
    assert read(text, Place(is_mbox=True)).body_length == len("From here on it fails")
    assert read(text).body_length == 0


def test_of_a_mail_in_parts_the_plain_text_counts_and_no_attachment() -> None:
    assert (
        read(
            "Content-Type: multipart/mixed; boundary=outer\n" + DATE + "\n"
            "--outer\nContent-Type: multipart/alternative; boundary=inner\n\n"
            "--inner\nContent-Type: text/html\n\n<p>Hello, <b>you</b></p>\n"
            "--inner\nContent-Type: text/plain; charset=utf-8\n"
            "Content-Transfer-Encoding: base64\n\nWnJvYmnEhw==\n--inner--\n"
            "--outer\nContent-Type: text/plain\nContent-Disposition: attachment\n\nlog\n--outer--\n"
        ).body_length
        == 6
    )


def test_a_mail_of_markup_alone_counts_what_is_shown() -> None:
    mail = read(
        "Content-Type: text/html\n" + DATE + "\n<style>p { color: red }</style>"
        "<p>Hello &amp; <b>welcome</b></p><blockquote>It fails</blockquote>\n"
    )
    assert mail.body_length == len("Hello & welcome")


def test_an_encoding_that_nobody_knows_is_no_reason_to_lose_a_mail() -> None:
    assert read(f"Content-Type: text/plain; charset=x-none\n{DATE}\nHello\n").body_length == 5


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2_000)),
        "Content-Type: multipart/mixed; boundary=b\n\n"
        + "--b\nContent-Type: image/png\n\nx\n" * 50_000,
    ],
    ids=["nested without end", "parts without end"],
)
def test_a_mail_of_endless_parts_is_kept_without_a_length(body: str) -> None:
    mail = read(DATE + "Message-ID: <a@x>\n" + body)
    assert (mail.mail_key, mail.body_length, mail.is_limited) == (key_of("a@x"), None, True)


def test_headers_without_end_are_cut_off() -> None:
    mail = read(DATE + "Message-ID: <a@x>\n" + "X-Long: " + "y" * 600_000 + "\n\nHello\n")
    assert (mail.mail_key, mail.body_length, mail.is_limited) == (key_of("a@x"), 5, True)
    many = read(DATE + "References: " + "<r@x> " * 9 + "".join(f"<{n}@x>" for n in range(9_000)))
    assert len(many.references) == 500


def test_a_subject_is_kept_as_a_keyed_hash_and_only_where_threads_are_joined_by_it() -> None:
    text = f"Subject: Re: [list] AW:  Invoice\n  wrong\n{DATE}\nHello\n"
    assert read(text).subject_key is None
    assert read(text, join_by_subject=True).subject_key == hashed(KEY, "subject", "invoice wrong")
    assert read(f"Subject: Re: \n{DATE}\nHi\n", join_by_subject=True).subject_key is None


def test_a_mail_without_any_time_has_no_record() -> None:
    assert read_mail(RawMail(b"Subject: a\n\nHello\n"), Place(), OPTIONS) is None


def test_no_text_of_a_mail_is_in_its_record() -> None:
    mail = read(
        "Subject: secret-subject\nFrom: secret-name <ann@shop.example>\nTo: secret-to@x\n"
        f"Message-ID: <secret-id@x>\n{DATE}\nsecret-text\n",
        join_by_subject=True,
    )
    assert "secret" not in repr([getattr(mail, field.name) for field in fields(mail)])
