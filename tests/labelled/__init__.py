"""Labelled mails and answers, and the figures of how they are read."""
