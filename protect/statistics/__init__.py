"""Coded records, disclosure-controlled tables and numbered releases."""
