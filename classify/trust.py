"""How far a sender is believed, and what each grade may do: one table.

Source: DESIGN 'Trust'; HANDBOOK 8.
"""

from enum import StrEnum

from classify import bilingual
from classify.facts import Grade, Trust
from classify.people import Person
from ingest.authentication import Authentication


class Capability(StrEnum):
    """What a sender may want of Ombud."""

    COMPLAIN = "complain"
    COMMAND = "command"
    ANSWER = "answer"
    ESCALATE_AS_VIP = "escalate_as_vip"
    ESCALATE_AS_REPEAT = "escalate_as_repeat"
    RECORD_FOR_OTHERS = "record_for_others"
    IMPORT = "import"


_EVERYBODY = frozenset(Grade)
_BELIEVED = frozenset({Grade.PROVEN, Grade.AUTHENTICATED})
_NAMED = _BELIEVED | {Grade.KNOWN}
_NOT_FORGED = _EVERYBODY - {Grade.FAILED}

# Capability → grades that have it where our server's verdicts are read, and where there are none.
TABLE: dict[Capability, tuple[frozenset[Grade], frozenset[Grade]]] = {
    Capability.COMPLAIN: (_EVERYBODY, _EVERYBODY),
    Capability.COMMAND: (frozenset({Grade.PROVEN}), frozenset({Grade.PROVEN})),
    Capability.ANSWER: (_NAMED, _NAMED),
    Capability.ESCALATE_AS_VIP: (_BELIEVED, _NAMED),
    Capability.ESCALATE_AS_REPEAT: (_NOT_FORGED, _NOT_FORGED),
    Capability.RECORD_FOR_OTHERS: (_BELIEVED, _NAMED),
    Capability.IMPORT: (_BELIEVED, _NAMED),
}


def may(grade: Grade, capability: Capability, has_verdicts: bool) -> bool:
    """Whether a grade suffices; `has_verdicts`: an authserv-id is configured, or DKIM is checked here."""
    with_verdicts, without = TABLE[capability]
    return grade in (with_verdicts if has_verdicts else without)


def grade(
    sender: Person, is_sealed: bool, authentication: Authentication, disguise: tuple[str, ...] = ()
) -> Trust:
    """The grade of a mail. A failed authentication overrides a token: the mail may be forged.

    `disguise` is what the display name pretends: it takes no grade away, but is told.
    """
    found, why = _found(sender, is_sealed, authentication)
    in_vain = (bilingual.IN_VAIN,) if is_sealed and found is Grade.FAILED else ()
    return Trust(grade=found, reasons=(why, *authentication.reasons, *in_vain), disguise=disguise)


def _found(sender: Person, is_sealed: bool, authentication: Authentication) -> tuple[Grade, str]:
    """The grade and what it rests on, in words."""
    if authentication.verdict == "fail":
        return Grade.FAILED, bilingual.FAILED
    if is_sealed:
        return Grade.PROVEN, bilingual.SEALED
    if authentication.verdict == "pass":
        return Grade.AUTHENTICATED, bilingual.AUTHENTIC
    if sender.is_in_directory:
        return Grade.KNOWN, bilingual.KNOWN
    return Grade.UNKNOWN, bilingual.UNKNOWN
