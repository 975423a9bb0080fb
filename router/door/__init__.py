"""The one door: a batch of messages (or of commands from the inbox) becomes one transaction of the ledger.

Everything that changes a case comes through here: Kafka, the inbox, later the clock. Nothing of Kafka's
client may enter; the door takes plain values and says what became of them.
"""
