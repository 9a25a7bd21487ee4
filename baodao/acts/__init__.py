"""acts: one write = one act = one transaction.

`engine.act` reads the row, asks the access table, takes the step in the flow and
writes row, event and additions in one guarded statement. The event log is the
history, the audit trail, the timeline on the page and the clock of who kept whom
waiting. Subjects declare flows and grants in their `rules.py`; they never see a
cursor.
"""
