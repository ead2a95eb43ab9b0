"""Tests of the trail on a real server."""
