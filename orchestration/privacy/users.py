"""Identifiers of users at the door: pseudonyms in their place, and none for those who were erased.

Whatever lands goes through here: rows in their landed types and records of quarantine. Only
identifiers of users are replaced; an agent, a bot or the system keeps its own. Free texts, such as
labels, lose the word that names an erased user. What is kept of the
erased is a keyed hash of the identifier that would land, so that no list of names is made of those
who asked for none.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.exports.reading.identifiers import one_spelling
from orchestration.exports.reading.schema import CONTRACTS, MAX_IDENTIFIER_CHARACTERS, Column, Kind

SHORTEST_IN_TEXT = 6
"""Characters of an identifier below which it cannot be told from other text."""

ERASED = "erased"
"""What stands in a text for an erased user."""

_PSEUDONYM_BYTES = 20  # 160 bits, 32 characters
_NOT_USERS = ("agent", "bot", "system")
# What of a text may be an identifier: all of it, what stands between spaces, the same without
# brackets and the like around it, a run of the characters that most identifiers and addresses are
# made of.
_PARTS_OF_TEXT = (
    re.compile(r"(?s).+"),
    re.compile(r"\S+"),
    re.compile(r"[\w@]\S*[\w@]"),
    re.compile(r"[\w@](?:[\w@.+-]*[\w@])?"),
)


@dataclass(frozen=True)
class UserIdentifiers:
    """What becomes of users' identifiers.

    pseudonym_key: of the pseudonyms, or None for identifiers as they come. erased: hashes, with
    `erasure_key`, of the identifiers that must not land, as they would land.
    """

    pseudonym_key: bytes | None = field(default=None, repr=False)
    erasure_key: bytes = field(default=b"", repr=False)
    erased: frozenset[str] = frozenset()

    @property
    def is_plain(self) -> bool:
        """Whether every identifier lands as it comes."""
        return self.pseudonym_key is None and not self.erased

    def pseudonym(self, identifier: str) -> str:
        """What stands for a user: the same for the same user, and without the key no way back."""
        if self.pseudonym_key is None:
            return identifier
        digest = hmac.digest(self.pseudonym_key, b"user " + identifier.encode(), "sha256")
        return b32encode(digest[:_PSEUDONYM_BYTES]).decode().lower()

    def is_erased(self, landed: str) -> bool:
        """Whether a user, by the identifier that lands or has landed, is among the erased."""
        return bool(self.erased) and erasure_hash(self.erasure_key, landed) in self.erased

    def landed(self, identifier: str) -> str | None:
        """What lands for an identifier; None for an erased user, who is then anonymous."""
        landed = self.pseudonym(identifier)
        return None if self.is_erased(landed) else landed

    def in_text(self, text: str) -> str:
        """A text with another word in the place of erased users whom it names.

        A word of letters alone may be anything, and so may a short one: both stay.
        """
        if self.erased:
            for part in _PARTS_OF_TEXT:
                text = part.sub(
                    lambda found: ERASED if self._names_erased(found[0]) else found[0], text
                )
        return text

    def _names_erased(self, word: str) -> bool:
        is_telling = len(word) >= SHORTEST_IN_TEXT and not word.isalpha()
        return is_telling and (self.is_erased(word) or self.is_erased(self.pseudonym(word)))

    def in_rows(self, entity: str, rows: pa.Table) -> pa.Table:
        """Rows as they land, of rows as they came."""
        return self._in_texts(entity, self._in_rows(entity, rows, self.landed))

    def in_landed_rows(self, entity: str, rows: pa.Table) -> pa.Table:
        """Landed rows without the erased; the same object where none of them is in it."""
        return self._in_texts(
            entity,
            self._in_rows(entity, rows, lambda landed: None if self.is_erased(landed) else landed),
        )

    def in_rejected(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record of quarantine as it lands, of one as it came.

        With pseudonyms, a row that could not be taken apart has no text: any of its cells might be
        an identifier.
        """
        if self.pseudonym_key is not None and record["column_name"] is None:
            return {**record, "row_text": None}
        return self._in_record(record, self.landed)

    def in_landed_rejected(self, record: dict[str, Any]) -> dict[str, Any]:
        """A landed record of quarantine without the erased."""
        return self._in_record(record, lambda landed: None if self.is_erased(landed) else landed)

    def _in_rows(
        self, entity: str, rows: pa.Table, replace: Callable[[str], str | None]
    ) -> pa.Table:
        name = CONTRACTS[entity].user_column
        if name is None or self.is_plain:
            return rows
        kind_column = CONTRACTS[entity].user_kind_column
        if kind_column is not None:
            rows = self._in_rows_of_bots(rows, name, kind_column)
        values = rows[name]
        if kind_column is not None:
            # Who is of no kind that is told may be a customer.
            is_user = pc.invert(pc.is_in(rows[kind_column], value_set=pa.array(_NOT_USERS)))
            values = pc.if_else(is_user, values, None)
        codes = values.combine_chunks().dictionary_encode()
        if isinstance(codes, pa.ChunkedArray):
            codes = codes.combine_chunks()
        before = codes.dictionary.to_pylist()
        after = [replace(value) for value in before]
        if after == before:
            return rows
        replaced = pa.chunked_array([pa.array(after, pa.string()).take(codes.indices)])
        if kind_column is not None:
            replaced = pc.if_else(is_user, replaced, rows[name])
        return rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), replaced)

    def _in_rows_of_bots(self, rows: pa.Table, name: str, kind_column: str) -> pa.Table:
        """Rows whose bots are no erased users, as who answers for somebody away may be one."""
        if not self.erased:
            return rows
        is_bot = pc.fill_null(pc.equal(rows[kind_column], "bot"), False)
        erased = [
            value
            for value in pc.unique(pc.drop_null(rows[name].filter(is_bot))).to_pylist()
            if self.is_erased(value) or self.is_erased(self.pseudonym(value))
        ]
        if not erased:
            return rows
        is_gone = pc.and_(is_bot, pc.is_in(rows[name], value_set=pa.array(erased, pa.string())))
        kept = pc.if_else(is_gone, None, rows[name])
        return rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), kept)

    def _in_texts(self, entity: str, rows: pa.Table) -> pa.Table:
        """Rows whose free texts name no erased user; the same object where none did."""
        for column in CONTRACTS[entity].columns if self.erased else ():
            if not column.is_free_text or column.name not in rows.column_names:
                continue
            values = rows[column.name]
            is_list = column.kind is Kind.LABELS
            texts = pc.unique(pc.list_flatten(values) if is_list else values).to_pylist()
            changed = {
                text: self.in_text(text) for text in texts if text and self.in_text(text) != text
            }
            if not changed:
                continue
            now = [_replaced(value, changed) for value in values.to_pylist()]
            field = rows.schema.field(column.name)
            rows = rows.set_column(
                rows.schema.get_field_index(column.name), field, pa.array(now, field.type)
            )
        return rows

    def _in_record(
        self, record: dict[str, Any], replace: Callable[[str], str | None]
    ) -> dict[str, Any]:
        if self.is_plain:
            return record
        reason = self.in_text(record["reason"])
        if reason != record["reason"]:
            record = {**record, "reason": reason}
        if record["row_text"] is None:
            return record
        cells: dict[str, Any] = json.loads(record["row_text"])
        contract = CONTRACTS[record["entity"]]
        user_column = contract.user_column
        is_of_user = cells.get(contract.user_kind_column or "") not in _NOT_USERS
        changed = {}
        for name, value in cells.items():
            if name == user_column and is_of_user:
                text = one_spelling(str(value))
                # What is too long is cut, so it can be neither hashed nor compared.
                landed = None if len(text) > MAX_IDENTIFIER_CHARACTERS else replace(text)
                value = value if landed == text else landed  # a number stays one
            elif record["column_name"] is None and self.is_erased(str(value)):
                value = None  # of a row whose cells may stand under a wrong name
            elif _may_name_user(contract.by_name.get(name)):
                value = self._in_cell(value)
            if value is not None:
                changed[name] = value
        if changed == {name: value for name, value in cells.items() if value is not None}:
            return record
        return {**record, "row_text": json.dumps(changed, ensure_ascii=False)}

    def _in_cell(self, value: Any) -> Any:
        if isinstance(value, list):
            cells = [self._in_cell(item) for item in value]
            return value if cells == value else list(dict.fromkeys(cells))
        return self.in_text(value) if isinstance(value, str) else value


def _may_name_user(column: Column | None) -> bool:
    """Whether a cell of a row that was set aside may hold somebody's own words."""
    return column is None or column.is_free_text or column.kind is not Kind.IDENTIFIER


def _replaced(value: Any, texts: Mapping[str, str]) -> Any:
    """A text, or a list of them without its repetitions, with other texts for some."""
    if isinstance(value, list):
        return list(dict.fromkeys(texts.get(text, text) for text in value))
    return texts.get(value, value)


def erasure_hash(key: bytes, landed: str) -> str:
    """What is kept of an erased user, 128 bits of it."""
    return hmac.digest(key, b"erased " + landed.encode(), "sha256")[:16].hex()


def key_check(pseudonym_key: bytes) -> str:
    """What tells one key from another without telling either."""
    return hmac.digest(pseudonym_key, b"check", "sha256")[:16].hex()
