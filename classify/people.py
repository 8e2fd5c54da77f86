"""The people of the organisation, and the posts and roles that they hold. Values, no I/O.

Who is behind an address is said here alone (`Organisation.who`, `Organisation.key`): by the address and
nothing else, never by a display name, which everybody can write as they like (`disguise` notes that).
Sources: HANDBOOK 1; RFC 5233 (subaddresses), RFC 5891 4 (A-labels).
"""

import re
import unicodedata
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from classify import bilingual
from ingest.authentication import ascii_domain

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,253}")
"""A plain addr-spec (RFC 5322 3.4.1, without quoted local parts), as files and forms hold it."""
NAME_CHARS_MAX = 300
"""Of a display name that is looked at."""
SUBSTITUTES_MAX = 5
"""How far substitutes of substitutes are followed; also the way out of a circle."""


def address_key(address: str) -> str:
    """The address for comparison: lower case, the domain as A-labels (RFC 5890).

    Not case folded, which makes "ss" of "ß": groß.example is another domain than gross.example.
    """
    local, _, domain = address.lower().rpartition("@")
    return f"{local}@{ascii_domain(domain)}" if local else address.lower()


def _without_tag(key: str) -> str:
    """The key without a '+tag' of its local part (RFC 5233); unchanged when there is none."""
    local, at, domain = key.rpartition("@")
    bare = local.partition("+")[0]
    return f"{bare}{at}{domain}" if bare else key


def _name_key(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name[:NAME_CHARS_MAX]).casefold().split())


class Role(StrEnum):
    """Who may do what is decided by role; a person may hold several."""

    COMPLAINANT = "complainant"
    SERVICE_DESK = "service_desk"
    COMPLAINT_MANAGER = "complaint_manager"
    DEPARTMENT_MANAGER = "department_manager"
    IT_SERVICE_MANAGER = "it_service_manager"
    GENERAL_MANAGER = "general_manager"
    MANAGEMENT_REPRESENTATIVE = "management_representative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """When somebody is away (both days inclusive; None is open) and who takes over meanwhile."""

    since: date | None = None
    until: date | None = None
    substitute: str = ""
    """Address of a person of the directory."""

    def covers(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who writes or gets mail: of the directory, or known by an address alone."""

    key: str
    """Stable and unique: the employee number, or the folded first address of one without a number."""
    name: str
    addresses: tuple[str, ...]
    """As to be written to, first one preferred."""
    title: str = ""
    department: str = ""
    phone: str = ""
    employee_number: str = ""
    language: str = ""
    """'zh', 'en' or '' (then the mail decides)."""
    delegates: tuple[str, ...] = ()
    """Folded addresses of those who may write for this person (秘书)."""
    absence: Absence | None = None
    is_in_directory: bool = True

    @property
    def address(self) -> str:
        return self.addresses[0] if self.addresses else ""

    def has_address(self, address: str) -> bool:
        return address_key(address) in {address_key(a) for a in self.addresses}


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A department that is served, or that a complaint can be dispatched to."""

    name: str
    manager: str
    """Address of the department manager."""
    keywords: tuple[str, ...] = ()
    is_in_survey: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedVip:
    """A person who is a VIP whatever their post, within dates (both inclusive; None is open)."""

    address: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The directory and the roles, as of now; replaced whole when the directory file changes."""

    people: tuple[Person, ...]
    departments: tuple[Department, ...]
    ranks: tuple[str, ...]
    """Post ranks, highest first: 总经理 副总经理 总监 副总监 …; the longest that fits a title decides."""
    vip_ranks: tuple[str, ...]
    """Those of `ranks` that make a VIP: 总监 and above (config: [vip] ranks, from)."""
    named_vips: tuple[NamedVip, ...]
    roles: tuple[tuple[Role, tuple[Person, ...]], ...]
    """Holders of each configured role; department managers come from `departments`."""
    day: date | None = None
    """The local day on which absences are looked at; None when nobody counts as absent."""
    ignores_tags: bool = True
    """Whether a+x@ is a@ (RFC 5233), as most mail servers have it."""
    everybody: tuple[Person, ...] = field(init=False, repr=False, compare=False)
    """Role holders and people, each once."""
    _by_address: dict[str, Person] = field(init=False, repr=False, compare=False)
    _by_name: dict[str, Person] = field(init=False, repr=False, compare=False)
    _by_delegate: dict[str, tuple[Person, ...]] = field(init=False, repr=False, compare=False)
    _with_absence: tuple[Person, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        holders = tuple(p for _, people in self.roles for p in people)
        everybody = tuple({p.key: p for p in (*holders, *self.people)}.values())
        # The first holder of an address keeps it, as a search from the top would find it.
        index = {address_key(a): p for p in reversed(everybody) for a in reversed(p.addresses)}
        object.__setattr__(self, "everybody", everybody)
        object.__setattr__(self, "_by_address", index)
        named = {_name_key(p.name): p for p in reversed(everybody) if p.name}
        object.__setattr__(self, "_by_name", named)
        # Asked of each mail: few have delegates or are ever away, and a directory may hold a hundred thousand.
        principals: dict[str, tuple[Person, ...]] = {}
        for person in self.people:
            for delegate in dict.fromkeys(map(address_key, person.delegates)):
                principals[delegate] = (*principals.get(delegate, ()), person)
        object.__setattr__(self, "_by_delegate", principals)
        object.__setattr__(self, "_with_absence", tuple(p for p in everybody if p.absence is not None))

    def person(self, address: str) -> Person | None:
        """The person of the directory (or role holder) with this address, or with it less its '+tag'."""
        key = address_key(address)
        known = self._by_address.get(key)
        return self._by_address.get(_without_tag(key)) if known is None and self.ignores_tags else known

    def key(self, address: str) -> str:
        """Who is behind an address, for comparison: the directory's key, else the address itself."""
        known = self.person(address)
        return known.key if known else self._folded(address)

    def who(self, address: str, name: str = "") -> Person:
        """The directory's person, or one made of the address alone; a display name proves nothing."""
        return self.person(address) or Person(
            key=self._folded(address) or "unknown",
            name=name or address,
            addresses=(address,) if address else (),
            is_in_directory=False,
        )

    def _folded(self, address: str) -> str:
        key = address_key(address)
        return _without_tag(key) if self.ignores_tags else key

    def disguise(self, name: str, sender: Person) -> tuple[str, ...]:
        """What a display name claims that its address does not bear out, in words; () when nothing."""
        shown = unicodedata.normalize("NFKC", name[:NAME_CHARS_MAX])
        others = [a for a in ADDRESS.findall(shown) if self.key(a) != sender.key]
        notes = [f"{bilingual.OTHER_ADDRESS}: {a}" for a in others[:1]]
        namesake = self._by_name.get(_name_key(name))
        if namesake and not sender.is_in_directory:
            notes.append(f"{bilingual.NAMESAKE}: {namesake.name}")
        return tuple(notes)

    def on(self, day: date) -> "Organisation":
        """The organisation as it is on a day."""
        # A copy, so that the index over a large directory is not made anew.
        shown = copy(self)
        object.__setattr__(shown, "day", day)
        return shown

    def holders(self, role: Role) -> tuple[Person, ...]:
        """Who is appointed, present or not."""
        return next((people for r, people in self.roles if r is role), ())

    def acting(self, role: Role) -> tuple[Person, ...]:
        """Who holds the role today: the appointed, or their substitutes while they are away."""
        return tuple({p.key: p for p in map(self.on_duty, self.holders(role))}.values())

    def on_duty(self, person: Person) -> Person:
        """The person, or who stands in today; somebody away without a substitute gets their mail anyway."""
        for _ in range(SUBSTITUTES_MAX):
            absence = person.absence
            if self.day is None or absence is None or not absence.covers(self.day):
                return person
            stand_in = self.person(absence.substitute) if absence.substitute else None
            if stand_in is None:
                return person
            person = stand_in
        return person

    def absent(self, stand_in: Person) -> tuple[Person, ...]:
        """For whom somebody stands in today."""
        away = (p for p in self._with_absence if p.key != stand_in.key)
        return tuple(p for p in away if self.on_duty(p).key == stand_in.key)

    def principals(self, delegate: Person) -> tuple[Person, ...]:
        """Those for whom somebody may write."""
        found = (p for a in delegate.addresses for p in self._by_delegate.get(address_key(a), ()))
        return tuple({p.key: p for p in found}.values())

    def department(self, name: str) -> Department | None:
        folded = name.strip().casefold()
        return next((d for d in self.departments if d.name.casefold() == folded), None)
