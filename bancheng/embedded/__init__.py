"""The embedded parts: a real broker and a real database from packages, started beside the program.

May enter: what finds, starts, watches, heals and stops these two processes, and what a person sees
meanwhile. May not enter: anything that knows a case, a topic or a table; nor a deployment's own
Kafka and PostgreSQL, which need nothing of this room.
"""
