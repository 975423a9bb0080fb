"""The demonstration: the shipped cases, and agents that play units and offices by a written script.

Everything else is real: Kafka clients with credentials of their own, the router, the relay, the ledger.
Time is simulated (it is what the messages say), and is shown as such.
"""
