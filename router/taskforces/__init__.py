"""Task forces (专班): parts, what waits for what, and who may open, check and close. Pure: no I/O."""
