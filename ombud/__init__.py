"""Command line, configuration and wiring; imports everything, is imported by nothing."""
