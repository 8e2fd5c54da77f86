"""Reading mail: from a mailbox's bytes to a `Mail` that the rest of the program understands."""
