"""Mutated sample messages through everything that reads a mail: `python -m tests.fuzz --seconds 3600`."""
