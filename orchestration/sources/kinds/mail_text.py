"""SQL for the length of a mailed text, for desks that keep mails with what they quote."""

from __future__ import annotations

_QUOTED_MAIL = (
    r"(?ims)^-{2,} ?(original message|forwarded message|ursprüngliche nachricht|"
    r"message d.origine|mensaje original|messaggio originale|oorspronkelijk bericht) ?-{2,}"
    r"[ \t]*$.*"
)
_QUOTED_LINES = (
    r"(?m)((^(On|Am|Den|Em|El|Il|Le|Op|W) [^\n]{0,300}\n)?^[^\n]{0,300}:[ \t]*\n([ \t]*\n)?)?"
    r"(^ ?>[^\n]*(\n|\z))+"
)


def own_words_length(text: str) -> str:
    """SQL for the characters of a text without the lines that quote another mail.

    The same rule as `mail.bodies.own_words`, in the engine's words.
    """

    def without(inner: str, pattern: str) -> str:
        return f"regexp_replace({inner}, '{pattern}', '', 'g')"

    plain = f"replace({text}, chr(13), '')"
    words = without(without(plain, _QUOTED_MAIL), _QUOTED_LINES)
    return f"length(trim({words}, ' ' || chr(9) || chr(10)))"
