"""The same inputs under other rules: recorded commands taken through the heart again, and what differs. Pure.

In go the recorded commands of a case in their order, the policies they were decided under, and the policy or the
judgements to be tried; out come frozen figures. `docs/what-if.md` says what each of them means and what can't be known.
What may not enter: I/O, a clock of its own, side effects of any kind, and texts that a person wrote.
"""
