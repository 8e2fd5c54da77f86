"""The people of the organisation, and the posts and roles that they hold. Values, no I/O.

Source: HANDBOOK 1.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
        return address.casefold() in {a.casefold() for a in self.addresses}


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
    vip_titles: tuple[str, ...]
    """Post ranks that make a VIP, highest first."""
    named_vips: tuple[NamedVip, ...]
    roles: tuple[tuple[Role, tuple[Person, ...]], ...]
    """Holders of each configured role; department managers come from `departments`."""

    def person(self, address: str) -> Person | None:
        """The person of the directory (or role holder) with this address."""
        folded = address.casefold()
        return next((p for p in self.everybody if p.has_address(folded)), None)

    @property
    def everybody(self) -> tuple[Person, ...]:
        holders = tuple(p for _, people in self.roles for p in people)
        return tuple({p.key: p for p in (*holders, *self.people)}.values())

    def holders(self, role: Role) -> tuple[Person, ...]:
        return next((people for r, people in self.roles if r is role), ())

    def department(self, name: str) -> Department | None:
        folded = name.strip().casefold()
        return next((d for d in self.departments if d.name.casefold() == folded), None)
