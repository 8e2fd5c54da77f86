"""For whom a work order was done: the directory's person, or one made of what the order says."""

from dataclasses import replace

from classify.people import Organisation, Person
from ombud.admit import named
from process.workorder import WorkOrder


def requester(order: WorkOrder, organisation: Organisation) -> Person:
    """By address, employee number or (when only one has it) name; else just as the order has it."""
    found = named(
        {
            "complainant": order.requester or order.employee_number,
            "address": order.address,
            "employee_number": order.employee_number,
            "user_department": order.department,
            "phone": order.phone,
        },
        organisation,
    )
    if found is None or found.is_in_directory:
        return found or Person(key=f"order:{order.number}", name="", addresses=(), is_in_directory=False)
    return replace(found, department=order.department, phone=order.phone)
