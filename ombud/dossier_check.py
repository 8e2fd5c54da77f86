"""Checks a dossier: run `python3 check.py` in its folder. Needs nothing but Python 3.8 or newer.

1. Every file is the one that SHA256SUMS lists, and none is missing or was added.
2. Every entry of trail/trail.json has the hash that its own words give, and who acted and what they wrote is
   what the entry commits to (or what a later erasure of personal data put in its place).
"""

import hashlib
import json
import sys
from pathlib import Path

DIGEST_CHARS = 64


def digest(value: list) -> str:  # type: ignore[type-arg] # runs on old Pythons too
    words = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def wrong_files(folder: Path) -> "list[str]":
    lines = (folder / "SHA256SUMS").read_text("ascii").splitlines()
    listed = {line[DIGEST_CHARS + 2 :]: line[:DIGEST_CHARS] for line in lines}
    there = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    there.pop("SHA256SUMS")
    wrong = [f"{name}: missing" for name in sorted(set(listed) - set(there))]
    wrong += [f"{name}: not listed" for name in sorted(set(there) - set(listed))]
    for name in sorted(set(listed) & set(there)):
        if hashlib.sha256(there[name].read_bytes()).hexdigest() != listed[name]:
            wrong.append(f"{name}: changed")
    return wrong


def wrong_entries(folder: Path) -> "list[str]":
    entries = json.loads((folder / "trail" / "trail.json").read_text("utf-8"))
    now = {seq: commitment for entry in entries for seq, commitment in entry["replaces"]}
    hashed = ("previous_hash", "seq", "number", "at", "role", "what", "mail_id", "commitment", "replaces")
    wrong = []
    for entry in entries:
        if digest([entry[name] for name in hashed]) != entry["hash"]:
            wrong.append(f"entry {entry['seq']}: changed")
        detail = {"actor": entry["actor"], "text": entry["text"]}
        if digest([entry["salt"], detail]) != now.get(entry["seq"], entry["commitment"]):
            wrong.append(f"entry {entry['seq']}: actor or text changed")
    return wrong


def main() -> int:
    folder = Path(__file__).resolve().parent
    wrong = wrong_files(folder) + wrong_entries(folder)
    print("\n".join(wrong) if wrong else "OK: 完整 / intact")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
