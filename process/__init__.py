"""The handbook's processes as pure functions: a case, an act and a time give the next step. No I/O."""
