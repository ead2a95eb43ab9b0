"""Agencies, their units, the services they offer and the places they have."""
