"""`python -m bench.peers`: two issue trackers from PyPI on the mailbox that Ombud and the naive loop get, in one run.

Roundup and django-helpdesk in environments of their own, versions pinned; each reads the same Dovecot with the command
that its own documentation gives to cron, in one process, keeps its records in SQLite and answers through the same
smtp-sink. Not the same work: they judge nothing, and write to nobody but the writer.
"""
