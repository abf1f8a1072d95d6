"""What Chatwoot writes into a conversation when its status changes, in the account's language.

The API tells of a closing by nothing else; the text itself is not kept.
"""

from __future__ import annotations

from orchestration.machine.sql import literal

# Closed and opened again, as patterns, by language. "marcada por" without a "como" is how Spanish
# accounts tell of a closing.
_WORDS = {
    "en": (r"^Conversation was (marked )?resolved\b", r"\breopened\b"),
    "de": (
        r"^(Das Gespräch|(Die )?(Konversation|Unterhaltung)) wurde .*gelöst",
        "wieder (er)?öffnet",
    ),
    "fr": (r"marquée (comme )?résolue|a été résolue par", "ré-?ouverte|rouvert"),
    "es": (r"fue (marcada|resuelta) por|marcada como resuelta", "reabierta|reabrió"),
    "pt_BR": (r"marcada como resolvida|foi resolvida por", "reaberta|reabriu|marcada como aberta"),
}
LANGUAGES = tuple(_WORDS)


def status_told(content: str) -> str:
    """SQL for the status that an activity message tells of: closed, open or null."""
    cases = " ".join(
        f"when {literal(language)} then case"
        f" when regexp_matches({content}, {_pattern(closed)}) then 'closed'"
        f" when regexp_matches({content}, {_pattern(opened)}) then 'open' end"
        for language, (closed, opened) in _WORDS.items()
    )
    return f"case chosen('language')[1] {cases} end"


def _pattern(text: str) -> str:
    return literal(f"(?i){text}")
