"""Scanners of others, let loose on the program from inside a session, and on a weak page beside it that they must see through."""
