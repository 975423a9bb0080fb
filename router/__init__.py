"""What the service knows and decides, and where it is written down.

The rooms `cases`, `taskforces`, `clocks`, `classify`, `policy`, `report`, `matching`, `topics` and `personal` are the
pure heart: no I/O, and the time is an argument. Around it stand `messages` (the border's models), `ledger`, `vault`,
`door` (a batch of messages becomes one transaction) and `wire` (what both Kafka sides share). Nothing of `consumers`,
`producers` or `bancheng` may enter.
"""
