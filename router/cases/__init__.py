"""The life of one case: commands are decided into events or a named refusal, events evolve the case.

Pure: no I/O, the time is an argument. `decide` and `evolve` are the only ways in; replay is a fold of
`evolve`. What other cases must do follows as commands in an inbox, never as a change made here.
"""
