"""`bancheng doctor`: whether an installation is well, part by part, and what to do where it isn't.

First everything is looked at, side by side and each with a time limit (`examine` and the `ask_…` modules); what was
seen is plain data (`seen`). Then the judges (`judge_…`) speak, one check a function, pure: no I/O, the time is an
argument. Nothing here changes anything, and nothing personal may enter a finding.
"""
