"""Protect: referral and protection of victims of human trafficking."""

__version__ = "0.1.0"
