"""Demands to a service, their disclosure packages and their life."""
