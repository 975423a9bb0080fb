"""The border: what messages look like on the wire, and what a decision tells to whom. Pure: no I/O.

Free text and personal fields stand in the block `details` of a message, never beside it; everything else
is references and codes. Schemas and AsyncAPI in `docs/` are generated from these models.
"""
