"""Emerging topics (新近热点): which recent matters several people bring at once, and in which words. Pure.

In go texts with their persons as numbers; out come groups, each with the words its texts share. `terms` weighs what
occurs in a text, `likeness` says how alike texts are, `linkage` joins what is alike on average, `groups` puts them
together and takes apart what shares a place only, `naming` finds a group's own words. NumPy throughout; what may not
enter: I/O, the time, cases, units, and anybody's name in a label.
"""
