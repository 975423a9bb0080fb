"""A case's story as a person reads it: who did what, when, and why; in Chinese or English.

Only what records hold is shown: names of units and words of the policy, never a citizen's text.
"""
