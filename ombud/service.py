"""`ombud run`, in the order in which it begins: the mailboxes are read first, the rest is made beside that."""

from ombud import intake, launch, mailboxes
from ombud.crew import Signals
from ombud.mailroom import Mailroom
from ombud.settings import Settings


def run(settings: Settings, room: Mailroom, signals: Signals) -> None:
    """The service, until `signals.end`. Raises what ended a step that ought not to have ended."""
    with intake.reading(room, mailboxes.accounts(settings), signals) as crew:
        # Imported only now: half of the program is not needed to read a mailbox, and takes half a second.
        with launch.growing():
            from ombud import observe, outlets, pipeline, wiring

            office = wiring.furnished(settings, room)
        outside = pipeline.Outside(smtp=outlets.smtp(settings), second_paths=outlets.second_paths(settings))
        with observe.serving(office, settings.observe):
            pipeline.run(office, outside, crew)
