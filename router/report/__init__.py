"""Indicators (指标): what a window's head, a supervisor or a leader reads off many cases at once. Pure.

In go cases as they stand, the policies they are pinned to, and the time; out come frozen rows of counts, numerators
and denominators. `docs/indicators.md` has every formula on one page. What may not enter: I/O, a clock of its own,
names of units or domains in words, percentages or tables for people (`bancheng.cli.report` makes those), and
anything about one person.
"""
