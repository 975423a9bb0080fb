"""Where texts and personal fields stand, encrypted: one data key a case, wrapped by the master key.

Erasing a person removes the wrapped key. Only the door writes here, and only the relay and a person with
a reason read.
"""
