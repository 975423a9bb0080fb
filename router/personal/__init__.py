"""Which words of a text are personal, and how they are shown to who need not know: found, measured, masked.

Pure: a text comes in, places and masked texts go out; no I/O, no policy, no case. Who may see what unmasked is not
judged here, nor what becomes of a message that holds something personal where it must not.
"""
