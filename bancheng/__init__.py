"""The command `bancheng`: settings, composition root, embedded broker and database, demonstration.

Everything is put together here; nothing may import this room.
"""
