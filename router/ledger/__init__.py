"""What was decided, written down once: records in hash chains, case rows, positions, outputs. PostgreSQL only.

No personal data here: texts stand in the vault. Nothing of Kafka may enter.
"""
