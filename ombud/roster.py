"""The organisation as of now: the directory's files and the configured roles; the last good one stays.

A directory that lost a role holder, or has any fault, is refused while the service runs: it is logged,
and the one before it stays in force until the file is right again.
"""

import difflib
from collections.abc import Iterator, Sequence

import structlog

from classify.people import NamedVip, Organisation, Person, Role, address_key
from ombud.faults import Fault, missing, shown
from ombud.sections import Roles, Vip
from ombud.settings import Settings
from store.directory import Directory, Listing, RowFault

log = structlog.get_logger()

REQUIRED = (
    Role.SERVICE_DESK,
    Role.IT_SERVICE_MANAGER,
    Role.GENERAL_MANAGER,
    Role.MANAGEMENT_REPRESENTATIVE,
)

ADDRESS_NEAR = 0.9
"""Likeness from which another address is proposed; colleagues share a domain, so it is high."""


def organisation(settings: Settings, listing: Listing) -> Organisation:
    """The people with their roles; role holders who are not listed are left out."""
    people = {address_key(a): person for person in listing.people for a in person.addresses}
    return Organisation(
        people=listing.people,
        departments=listing.departments,
        ranks=(*settings.vip.ranks_zh, *settings.vip.ranks_en),
        vip_ranks=vip_ranks(settings.vip),
        ignores_tags=settings.directory.ignore_plus_tags,
        named_vips=tuple(
            NamedVip(address=vip.address, since=vip.since, until=vip.until) for vip in settings.vip.named
        ),
        roles=tuple(
            (role, tuple(people[address_key(a)] for a in addresses if address_key(a) in people))
            for role, addresses in _addresses(settings.roles).items()
        ),
    )


def vip_ranks(vip: Vip) -> tuple[str, ...]:
    """The ranks at or above the line, of both languages."""
    return (*_down_to(vip.ranks_zh, vip.from_zh), *_down_to(vip.ranks_en, vip.from_en))


def _down_to(ranks: Sequence[str], last: str) -> tuple[str, ...]:
    return tuple(ranks[: ranks.index(last) + 1]) if last in ranks else ()


def _addresses(roles: Roles) -> dict[Role, tuple[str, ...]]:
    owner = roles.complaint_manager or next(iter(roles.service_desk), "")
    single = {
        Role.COMPLAINT_MANAGER: owner,
        Role.IT_SERVICE_MANAGER: roles.it_service_manager,
        Role.GENERAL_MANAGER: roles.general_manager,
        Role.MANAGEMENT_REPRESENTATIVE: roles.management_representative,
    }
    return {
        Role.SERVICE_DESK: roles.service_desk,
        **{role: (address,) if address else () for role, address in single.items()},
    }


def role_faults(settings: Settings, people: Sequence[Person]) -> Iterator[Fault]:
    """Roles that nobody holds, and holders whom the directory does not know."""
    known = {address_key(address): address for person in people for address in person.addresses}
    configured = _addresses(settings.roles)
    for role in REQUIRED:
        if not configured[role]:
            yield missing(f"roles.{role.value}", "give the e-mail address of a person of the directory")
    # The complaint manager's default is an engineer, who is checked as such.
    for name, value in settings.roles:
        several = isinstance(value, tuple)
        for number, address in enumerate(value if several else (value,), start=1):
            if address and people and address_key(address) not in known:
                yield Fault(
                    path=f"roles.{name}[{number}]" if several else f"roles.{name}",
                    value=shown(address),
                    problem="is nobody of the directory",
                    hint=_near_address(address, known),
                )


def _near_address(address: str, known: dict[str, str]) -> str:
    near = difflib.get_close_matches(address_key(address), known, n=1, cutoff=ADDRESS_NEAR)
    if near:
        return f'did you mean "{known[near[0]]}"?'
    return "add the person to the people file, or correct the address"


def row_fault(fault: RowFault) -> Fault:
    """A fault of a directory file as one of the configuration."""
    return Fault(
        path=f"{fault.path.name}, line {fault.line}" if fault.line else str(fault.path),
        value=shown(fault.value) if fault.value else "",
        problem=fault.problem,
        hint="correct this line of the file"
        if fault.line
        else "correct the file, or its path in [directory]",
    )


class Roster:
    """Gives the `Organisation`; looks at the files whenever it is called."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._directory = Directory(settings.directory.people, settings.directory.departments)
        self._listing = Listing()
        self._told: tuple[object, ...] = ()
        self._organisation = organisation(settings, self._listing)

    def __call__(self) -> Organisation:
        listing = self._directory.current()
        faults = tuple(map(row_fault, self._directory.faults))
        if listing is not self._listing and not faults:
            faults = tuple(role_faults(self._settings, listing.people))
            if not faults:
                self._listing = listing
                self._organisation = organisation(self._settings, listing)
        self._tell(faults)
        return self._organisation

    def _tell(self, faults: tuple[Fault, ...]) -> None:
        """Faults are logged once, not at every look."""
        if faults != self._told:
            self._told = faults
            for fault in faults:
                log.error("directory refused, the last good one stays in force", fault=str(fault))
