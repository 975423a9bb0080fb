"""What each command does, or why it is refused; one module a chapter of a case's life.

A rule gets the draft of a decision and the action. It raises `RefusedError`, or lets things have happened. Nothing
outside `decide` calls a rule.
"""
