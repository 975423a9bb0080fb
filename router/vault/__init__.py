"""Where texts and personal fields stand, encrypted: one data key a case, wrapped by the master key.

Erasing a person removes the wrapped key, and with it the case's look-ups and signature. The door writes here, and the
matching service its signatures; only these, the relay and a person with a reason read.
"""
