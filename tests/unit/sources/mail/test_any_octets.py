"""Whatever lies in an archive, reading it goes on to the next mail."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.sources.mail.cutting import RawMail, cut_mbox
from orchestration.sources.mail.reading import Place, ReadingOptions, read_mail

OPTIONS = ReadingOptions(b"k" * 32, datetime(2027, 1, 1, tzinfo=UTC), join_by_subject=True)
FROM_LINE = b"From - Mon Mar 04 10:00:00 2024\n"
PIECES = [
    b"From: =?utf-8?Q?a?= <a@b>, \"x\" (y) <c@d>\n",
    b"Date: Mon, 04 Mar 2024 10:00:00 +0000\n",
    b"Date: Mon, 31 Feb 2024 24:60:60 +9999\n",
    b"Received: from x by y; Mon, 04 Mar 2024 10:00:00 CEST\n",
    b"Message-ID: <a.b@c>\n",
    b"References: <x@y> <z@w>\n",
    b'X-Gmail-Labels: =?utf-7?Q?Inbox,+2AA-,"a"?=, "b,c", =?utf-16?B?2AA=?=\n',
    b"Subject: =?utf-8?B?w7w=?= Re: x\n",
    b"Content-Type: multipart/mixed; boundary*0*=utf-8''a%20; boundary*1=\"b\"; charset=\"x\n",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: text/html; charset*=utf-8''utf-16\n",
    b"Content-Type: text/plain; charset=utf-7\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"Content-Transfer-Encoding: x-uuencode\n",
    b"\n", b"\r\n\r\n", b"--b\n", b"--b--\n",
    b"<p>a=20&#xffffff; &#55296; <![CDATA[ <!x <?y </script\n",
    b"begin 644 a\n#+2AA-\nend\n", b">From x\n", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"=?x?B?a?=",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=25).map(b"".join))
def test_any_octets_give_a_record_that_can_be_kept_or_none(octets: bytes) -> None:
    mail = read_mail(RawMail(octets, from_time="Mon Mar 04 10:00:00 2024"), Place(), OPTIONS)
    assert mail is not None
    pa.array([mail.sender or "", *mail.labels, *mail.references], pa.string())
    assert mail.body_length is None or mail.body_length >= 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_any_octets_between_mails_leave_the_mails_after_them(pieces: list[bytes]) -> None:
    octets = b"".join(piece + b"\n" + FROM_LINE + b"Subject: x\n\n" for piece in pieces)
    assert len(list(cut_mbox(io.BytesIO(octets)))) >= len(pieces)
