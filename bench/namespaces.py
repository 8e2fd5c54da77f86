"""Hosts of their own addresses on one machine: Linux network namespaces on a bridge that has a namespace too.

Only addresses within these namespaces are used, so nothing of the machine's own network is touched or reached. Needs
root and `ip` (iproute2); `missing` says what is not there. Sources: ip-netns(8), veth(4), unshare(1).
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

NETWORK = "10.77.0"
BRIDGE = "lan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A namespace with one network card, and a host name of its own."""

    name: str
    namespace: str
    address: str

    def command(self, *words: str) -> list[str]:
        """The command as it runs on this host."""
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$1"; shift; exec "$@"', "-", self.name]
        return ["ip", "netns", "exec", self.namespace, *named, *words]

    def cut_off(self) -> None:
        """The cable pulled: nothing arrives and nothing is refused."""
        _ip("-n", self.namespace, "link", "set", "eth0", "down")

    def reconnect(self) -> None:
        """The cable plugged in again."""
        _ip("-n", self.namespace, "link", "set", "eth0", "up")


def missing() -> str:
    """Why there can be no namespaces here; '' when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    absent = [program for program in ("ip", "unshare", "hostname") if not shutil.which(program)]
    if absent:
        return f"not installed: {', '.join(absent)}"
    probe = f"ombud-probe-{os.getpid()}"
    tried = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"no network namespace can be made: {tried.stderr.strip()}"
    _ip("netns", "delete", probe)
    return ""


@contextmanager
def hosts(*names: str) -> Iterator[tuple[Host, ...]]:
    """Hosts that reach each other, with the addresses .1, .2 and so on; all is removed afterwards."""
    prefix = f"ombud-{os.getpid()}"
    found = tuple(
        Host(name=name, namespace=f"{prefix}-{name}", address=f"{NETWORK}.{number}")
        for number, name in enumerate(names, 1)
    )
    lan = f"{prefix}-{BRIDGE}"
    made: list[str] = []
    try:
        for namespace in (lan, *(host.namespace for host in found)):
            _ip("netns", "add", namespace)
            made.append(namespace)
            _ip("-n", namespace, "link", "set", "lo", "up")
        _ip("-n", lan, "link", "add", BRIDGE, "type", "bridge")
        _ip("-n", lan, "link", "set", BRIDGE, "up")
        for host in found:
            _plug(host, lan)
        yield found
    finally:
        for namespace in made:
            _ip("netns", "delete", namespace)


def _plug(host: Host, lan: str) -> None:
    """A cable from the host to the bridge."""
    port = f"p-{host.name}"
    _ip("-n", lan, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
    _ip("-n", lan, "link", "set", port, "master", BRIDGE, "up")
    _ip("-n", host.namespace, "address", "add", f"{host.address}/24", "dev", "eth0")
    _ip("-n", host.namespace, "link", "set", "eth0", "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
