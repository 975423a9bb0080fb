"""Kafka out: the relay that publishes what was decided, the window's client, and imports from files."""
