"""What the steps count and measure, under names that Prometheus's conventions ask for.

Counts are of this process and begin at 0 with it; what lies in the tables is read when it is asked for
(`ombud/gauges.py`). docs/operations.md explains each name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


@dataclass(slots=True)
class Meters:
    """The counters of one process, in a registry of their own."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    received: Counter = field(init=False)
    mails: Counter = field(init=False)
    deliveries: Counter = field(init=False)
    stages: Histogram = field(init=False)
    faults: Counter = field(init=False)

    def __post_init__(self) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=self.registry)

        self.received = counter("ombud_mails_received_total", "Mails stored for the first time.", "mailbox")
        self.mails = counter("ombud_mails_total", "Mails by what became of them.", "kind", "state")
        self.deliveries = counter("ombud_deliveries_total", "Tries to hand over a mail.", "outcome")
        self.faults = counter("ombud_faults_total", "Faults that came to stand.", "what")
        self.stages = Histogram(
            "ombud_stage_seconds",
            "Time of one piece of work of a stage.",
            ("stage",),
            buckets=BUCKETS_S,
            registry=self.registry,
        )

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """The time within is put down for a stage, however it ends."""
        began = perf_counter()
        try:
            yield
        finally:
            self.stages.labels(name).observe(perf_counter() - began)
