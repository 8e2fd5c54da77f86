"""Knowing what a mail is and whose: facts in, a decision with its reason out. No I/O."""
