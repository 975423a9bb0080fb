"""Kafka in: the router's consumer, and the client that a department uses to take its assignments."""
