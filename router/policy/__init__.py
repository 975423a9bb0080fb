"""The rules as data: who exists, who may do what, where a matter goes, how long it may take.

Pure: text in, frozen models out. Reading files and choosing a policy are the caller's business.
"""
