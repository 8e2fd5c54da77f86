"""Who holds a role in a case: the configured people, routed round those whom it concerns.

Nobody acts on a complaint that is about them or their own (or of whom they are a delegate), and nobody
verifies measures that they or their department took; the next one in `SUCCESSION` takes their place in this
case. Nor does a substitute stand in for somebody who has to keep out.
Source: HANDBOOK 1, 2 (06: "nobody verifies measures that they took themselves"; Escalation).
"""

from classify.people import Organisation, Person, Role
from process.case import Case, State

_LEADERS = (Role.IT_SERVICE_MANAGER, Role.GENERAL_MANAGER, Role.MANAGEMENT_REPRESENTATIVE)
SUCCESSION: dict[Role, tuple[Role, ...]] = {
    Role.SERVICE_DESK: _LEADERS,
    Role.COMPLAINT_MANAGER: (Role.SERVICE_DESK, *_LEADERS),
    Role.DEPARTMENT_MANAGER: _LEADERS,
    Role.IT_SERVICE_MANAGER: (Role.GENERAL_MANAGER, Role.MANAGEMENT_REPRESENTATIVE),
    Role.GENERAL_MANAGER: (Role.MANAGEMENT_REPRESENTATIVE, Role.IT_SERVICE_MANAGER),
    Role.MANAGEMENT_REPRESENTATIVE: (Role.GENERAL_MANAGER, Role.IT_SERVICE_MANAGER),
}
"""Who takes a role over where its holders have to keep out, nearest first."""

OWNERS = {
    State.RECORDED: Role.SERVICE_DESK,
    State.ACCEPTED: Role.SERVICE_DESK,
    State.OBJECTED: Role.MANAGEMENT_REPRESENTATIVE,
    State.VALID: Role.SERVICE_DESK,
    State.HANDLING: Role.DEPARTMENT_MANAGER,
    State.VERIFYING: Role.IT_SERVICE_MANAGER,
    State.FEEDING_BACK: Role.SERVICE_DESK,
}
"""Who has to take the steps of the staff."""
OF_USER = frozenset({State.ASKED, State.CONFIRMING, State.NOT_VALID})
"""States in which the complainant is waited for."""

STAFF = tuple(role for role in Role if role is not Role.COMPLAINANT)


def holders(role: Role, case: Case, organisation: Organisation) -> tuple[Person, ...]:
    """The people who are written to in this role on this case; empty only when everybody has to keep out.

    Before the dispatch there is no department manager. Substitutes stand in for those who are away
    (`Organisation.on_duty`).
    """
    if role is Role.COMPLAINANT:
        return tuple(p.person for p in (case.complainant, case.on_behalf_of) if p.is_known)
    if role is Role.DEPARTMENT_MANAGER and not case.department_manager.is_known:
        return ()
    excluded = _excluded(role, case, organisation)
    for taker in (role, *SUCCESSION[role]):
        appointed = (p for p in _appointed(taker, case, organisation) if p.key not in excluded)
        people = {p.key: p for p in map(organisation.on_duty, appointed) if p.key not in excluded}
        if people:
            return tuple(people.values())
    return ()


def engineers(case: Case, organisation: Organisation) -> tuple[Person, ...]:
    """The engineer who accepted the complaint, else the whole desk."""
    desk = holders(Role.SERVICE_DESK, case, organisation)
    owner = case.accepted.by.key if case.accepted else ""
    return tuple(person for person in desk if person.key == owner) or desk


def owners(case: Case, organisation: Organisation) -> tuple[Person, ...]:
    """Who is waited for; nobody when it is closed."""
    if case.state in OF_USER:
        return (case.complainant.person,)
    role = OWNERS.get(case.state)
    if role is Role.SERVICE_DESK:
        return engineers(case, organisation)
    return holders(role, case, organisation) if role else ()


def roles_of(person: Person, case: Case, organisation: Organisation) -> frozenset[Role]:
    """All roles that a person may act in on this case; being away takes nobody's role from them."""
    if is_party(person, case, organisation):
        return frozenset({Role.COMPLAINANT})
    return frozenset(role for role in STAFF if _acts_as(person, role, case, organisation))


def _acts_as(person: Person, role: Role, case: Case, organisation: Organisation) -> bool:
    if person.key in {p.key for p in holders(role, case, organisation)}:
        return True
    is_appointed = person.key in {p.key for p in _appointed(role, case, organisation)}
    return is_appointed and person.key not in _excluded(role, case, organisation)


def is_party(person: Person, case: Case, organisation: Organisation) -> bool:
    """Whether a complaint is somebody's own: made by them, for them, or by whom they are a delegate of."""
    return person.key in _parties(case, organisation)


def _parties(case: Case, organisation: Organisation) -> frozenset[str]:
    parties = [party for party in (case.complainant, case.on_behalf_of) if party.is_known]
    principals = [organisation.person(party.address) for party in parties if party.address]
    delegates = {organisation.key(a) for principal in principals if principal for a in principal.delegates}
    return frozenset(party.key for party in parties) | delegates


def may_read(person: Person, case: Case, organisation: Organisation) -> bool:
    """Whether somebody is concerned with a complaint at all: need-to-know, for every mail that shows it."""
    if is_party(person, case, organisation):
        return True
    return any(_acts_as(person, role, case, organisation) for role in STAFF)


def is_staff(person: Person, organisation: Organisation) -> bool:
    """Whether a person holds any role in the service, on whatever case."""
    return person.key in _staff_keys(organisation)


def _staff_keys(organisation: Organisation) -> frozenset[str]:
    appointed = [p for role in STAFF for p in organisation.holders(role)]
    managers = [organisation.person(department.manager) for department in organisation.departments]
    people = [*appointed, *(manager for manager in managers if manager is not None)]
    return frozenset(p.key for person in people for p in (person, organisation.on_duty(person)))


def may_act(person: Person, role: Role, organisation: Organisation) -> bool:
    """Whether somebody holds a role, as appointed or as a substitute, on whatever case."""
    acting = (*organisation.holders(role), *organisation.acting(role))
    return person.key in {p.key for p in acting}


def manager_of(department: str, case: Case, organisation: Organisation) -> Person | None:
    """Who answers for a department in this case; None when it does not exist or nobody is left."""
    found = organisation.department(department)
    if found is None:
        return None
    manager = organisation.person(found.manager)
    if manager is not None and manager.key not in _excluded(Role.DEPARTMENT_MANAGER, case, organisation):
        return manager
    stand_in = holders(SUCCESSION[Role.DEPARTMENT_MANAGER][0], case, organisation)
    return stand_in[0] if stand_in else None


def besides(keys: frozenset[str], organisation: Organisation) -> tuple[Person, ...]:
    """The desk without some people, for a mail that is no complaint yet; their leaders when nobody is left."""
    for role in (Role.SERVICE_DESK, *SUCCESSION[Role.SERVICE_DESK]):
        people = tuple(p for p in organisation.acting(role) if p.key not in keys)
        if people:
            return people
    return ()


def _appointed(role: Role, case: Case, organisation: Organisation) -> tuple[Person, ...]:
    if role is not Role.DEPARTMENT_MANAGER:
        return organisation.holders(role)
    manager = case.department_manager
    if not manager.is_known:
        return ()
    # The directory knows more than the record: absences. It may also have dropped the person since.
    return (organisation.person(manager.address) or manager.person,)


def _excluded(role: Role, case: Case, organisation: Organisation) -> frozenset[str]:
    """Who may not act in a role on this case."""
    concerned = _parties(case, organisation) | frozenset(case.about_keys)
    is_verifying = role is Role.IT_SERVICE_MANAGER and case.state is State.VERIFYING
    return concerned | takers(case) if is_verifying else concerned


def takers(case: Case) -> frozenset[str]:
    """Whose measures they are: of who reported them, and of the department's manager, present or not."""
    parties = (case.measures.by, case.department_manager) if case.measures else ()
    return frozenset(party.key for party in parties if party.is_known)
