"""What operators see: figures for Prometheus, health, and what to do about it. It reads, and decides nothing.

Labels are units, topics, codes and tasks; nothing of a case or a person may enter.
"""
