"""format=flowed: lines that a mail client wrapped, joined again.

Promises: linear; quote marks, the signature separator and empty lines stay.
Source: RFC 3676 4.
"""

SIGNATURE = "-- "


def unfolded(text: str, *, delete_space: bool) -> str:
    """The text with its soft line ends undone; delete_space is DelSp=yes, as for Chinese text."""
    lines: list[list[str]] = []
    open_depth = -1
    for raw in text.split("\n"):
        if not raw and open_depth:
            # An empty line is itself; only a soft line of the same depth before it would take it in.
            lines.append([raw])
            open_depth = -1
            continue
        depth, line = _quoted(raw)
        is_soft = line.endswith(" ") and line != SIGNATURE
        shown = line[:-1] if is_soft and delete_space else line
        if open_depth == depth and line != SIGNATURE:
            lines[-1].append(shown)
        else:
            lines.append([_marks(depth), shown])
        open_depth = depth if is_soft else -1
    return "\n".join("".join(pieces) for pieces in lines)


def _quoted(raw: str) -> tuple[int, str]:
    """The depth of a line's quotation and the line without marks and space-stuffing."""
    line = raw.lstrip(">")
    return len(raw) - len(line), line.removeprefix(" ")


def _marks(depth: int) -> str:
    return ">" * depth + " " if depth else ""
