"""What both Kafka sides share: how to connect, the true cause when it fails, and topic names.

No decisions and no database may enter.
"""
