"""Attacks from outside on a real server: two worker processes, connections of one's own, bytes as they travel."""
