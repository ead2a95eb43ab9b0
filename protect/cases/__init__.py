"""The file of one person as one agency keeps it."""
