"""`python -m tests.labelled`: the figures of the labelled sets; with `fit`, the weights of the tone made anew before."""

import sys

from classify import words
from tests.labelled import figures, fit, sets

if __name__ == "__main__":
    if sys.argv[1:] == ["fit"]:
        fit.write(fit.fit([mail for mail in sets.mails() if mail.half == "tune"]))
    print(figures.report(words.load()))
