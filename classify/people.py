"""The people of the organisation, and the posts and roles that they hold. Values, no I/O.

Source: HANDBOOK 1.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,253}")
"""A plain addr-spec (RFC 5322 3.4.1, without quoted local parts), as files and forms hold it."""
DOMAIN_CHARS_MAX = 253


def address_key(address: str) -> str:
    """The address for comparison: case folded, the domain as A-labels (RFC 5890)."""
    local, at, domain = address.casefold().rpartition("@")
    if not domain.isascii() and len(domain) <= DOMAIN_CHARS_MAX:
        with suppress(UnicodeError):  # no domain name then; compared as it stands
            domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}"


def _without_tag(key: str) -> str:
    """The key without a '+tag' of its local part (RFC 5233); unchanged when there is none."""
    local, at, domain = key.rpartition("@")
    bare = local.partition("+")[0]
    return f"{bare}{at}{domain}" if bare else key


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
    everybody: tuple[Person, ...] = field(init=False, repr=False, compare=False)
    """Role holders and people, each once."""
    _by_address: dict[str, Person] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        holders = tuple(p for _, people in self.roles for p in people)
        everybody = tuple({p.key: p for p in (*holders, *self.people)}.values())
        # The first holder of an address keeps it, as a search from the top would find it.
        index = {address_key(a): p for p in reversed(everybody) for a in reversed(p.addresses)}
        object.__setattr__(self, "everybody", everybody)
        object.__setattr__(self, "_by_address", index)

    def person(self, address: str) -> Person | None:
        """The person of the directory (or role holder) with this address, or with it less its '+tag'."""
        key = address_key(address)
        return self._by_address.get(key) or self._by_address.get(_without_tag(key))

    def holders(self, role: Role) -> tuple[Person, ...]:
        return next((people for r, people in self.roles if r is role), ())

    def department(self, name: str) -> Department | None:
        folded = name.strip().casefold()
        return next((d for d in self.departments if d.name.casefold() == folded), None)
