"""An mbox falls into its mails where a mail begins, and nowhere else."""

import io

import pytest

from orchestration.sources.mail import cutting
from orchestration.sources.mail.cutting import cut_mbox

PIPERMAIL = b"From ann at shop.example  Mon Mar  4 10:00:00 2024\n"
THUNDERBIRD = b"From - Mon Mar 04 10:00:00 2024\n"
TAKEOUT = b"From 1792583012345678901@xxx Mon Mar 04 10:00:00 +0000 2024\n"


def mails(octets: bytes, **options: int) -> list[bytes]:
    return [mail.octets for mail in cut_mbox(io.BytesIO(octets), **options)]


@pytest.mark.parametrize("line", [PIPERMAIL, THUNDERBIRD, TAKEOUT])
def test_a_from_line_before_a_header_begins_a_mail(line: bytes) -> None:
    assert mails(line + b"Subject: a\n\none\n\n" + line + b"Subject: b\n\ntwo\n") == [
        b"Subject: a\n\none\n\n",
        b"Subject: b\n\ntwo\n",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        b"From here on it fails\n",
        b"From ann at shop.example I heard that it is fixed\n",
        b"From ann at shop.example  Mon Mar  4 10:00:00 2024\nit has failed since\n",
        b"From what I see: nothing\nX-Header: looks like one\n",
    ],
)
def test_a_sentence_that_begins_with_from_is_text_even_after_an_empty_line(sentence: bytes) -> None:
    assert len(mails(PIPERMAIL + b"Subject: a\n\nHello\n\n" + sentence + b"Bye\n")) == 1


def test_the_time_of_the_from_line_goes_with_its_mail() -> None:
    (mail,) = cut_mbox(io.BytesIO(PIPERMAIL + b"Subject: a\n\none\n"))
    assert mail.from_time == "Mon Mar  4 10:00:00 2024"


def test_carriage_returns_and_what_comes_before_the_first_mail_do_no_harm() -> None:
    octets = b"\r\n" + THUNDERBIRD.replace(b"\n", b"\r\n") + b"Subject: a\r\n\r\none\r\n"
    assert mails(octets) == [b"Subject: a\r\n\r\none\r\n"]


@pytest.mark.parametrize("block", [3_000, 3_001, 3_017, 4_096])
def test_the_ends_of_blocks_part_no_mail_and_lose_none(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(cutting, "BLOCK_OCTETS", block)
    written = [b"Subject: %d\n\n%s\n" % (number, b"x" * number * 7) for number in range(300)]
    assert mails(b"".join(PIPERMAIL + mail for mail in written)) == written


def test_a_mail_is_held_in_memory_up_to_its_limit_and_the_next_one_is_found() -> None:
    octets = PIPERMAIL + b"Subject: a\n\n" + b"x" * 5_000_000 + b"\n" + PIPERMAIL + b"B: b\n\n"
    first, second = cut_mbox(io.BytesIO(octets), max_octets=1_000)
    assert (len(first.octets), first.is_cut) == (1_000, True)
    assert (second.octets, second.is_cut) == (b"B: b\n\n", False)
