"""How far a sender is believed, and what each grade may do: one table.

Source: DESIGN 'Trust'; HANDBOOK 8.
"""

from enum import StrEnum

from classify.facts import Grade, Trust
from classify.people import Person
from ingest.authentication import Authentication


class Capability(StrEnum):
    """What a sender may want of Ombud."""

    COMPLAIN = "complain"
    COMMAND = "command"
    ANSWER = "answer"
    ESCALATE_AS_VIP = "escalate_as_vip"
    RECORD_FOR_OTHERS = "record_for_others"
    IMPORT = "import"


_EVERYBODY = frozenset(Grade)
_BELIEVED = frozenset({Grade.PROVEN, Grade.AUTHENTICATED})
_NAMED = _BELIEVED | {Grade.KNOWN}

# Capability → grades that have it where our server's verdicts are read, and where there are none.
TABLE: dict[Capability, tuple[frozenset[Grade], frozenset[Grade]]] = {
    Capability.COMPLAIN: (_EVERYBODY, _EVERYBODY),
    Capability.COMMAND: (frozenset({Grade.PROVEN}), frozenset({Grade.PROVEN})),
    Capability.ANSWER: (_NAMED, _NAMED),
    Capability.ESCALATE_AS_VIP: (_BELIEVED, _NAMED),
    Capability.RECORD_FOR_OTHERS: (_BELIEVED, _NAMED),
    Capability.IMPORT: (_BELIEVED, _NAMED),
}


def may(grade: Grade, capability: Capability, has_authserv: bool) -> bool:
    """Whether a grade suffices; `has_authserv` says whether an authserv-id is configured."""
    with_verdicts, without = TABLE[capability]
    return grade in (with_verdicts if has_authserv else without)


def grade(sender: Person, is_sealed: bool, authentication: Authentication) -> Trust:
    """The grade of a mail. A failed authentication overrides a token: the mail may be forged."""
    found = authentication.reasons
    if authentication.verdict == "fail":
        in_vain = ("a token of ours does not outweigh it",) if is_sealed else ()
        return Trust(grade=Grade.FAILED, reasons=("authentication failed", *found, *in_vain))
    if is_sealed:
        return Trust(grade=Grade.PROVEN, reasons=("a token of ours for this person", *found))
    if authentication.verdict == "pass":
        return Trust(grade=Grade.AUTHENTICATED, reasons=("our server says that it is authentic", *found))
    if sender.is_in_directory:
        return Trust(grade=Grade.KNOWN, reasons=("an address of the directory, nothing proved", *found))
    return Trust(grade=Grade.UNKNOWN, reasons=("an address that nobody here has", *found))
