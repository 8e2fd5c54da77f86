"""Measurements of Ombud, run from the folder of the project: `python -m bench.<name>`."""
