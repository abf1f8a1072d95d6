"""How much of one mail is looked at, however it was made: what is beyond is cut off and counted."""

MAX_MAIL_OCTETS = 2 * 2**20
"""Octets of a mail that are read; the text comes before the attachments that make a mail large."""

MAX_HEADER_OCTETS = 256 * 2**10
MAX_HEADER_CHARACTERS = 32 * 2**10
"""Characters of one header that are looked at; a thousand references fit."""

MAX_PARTS = 1_000
MAX_NESTED = 50
"""Parts of a mail that may hold parts."""

MAX_REFERENCES = 500
MAX_LABELS = 200
MAX_HTML_CHARACTERS = 2**19
