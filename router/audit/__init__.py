"""Audit: whether what is written is whole, read from the database, from Kafka, or from an export, by anybody.

What reads records and anchors where they stand (sources), what checks them (pure), and what signs anchors. It changes
no record and decides nothing; it may read the ledger and the wire. Nothing of the vault's keys enters but what
`bancheng` hands to those rooms that need it.
"""
