"""The private database server that the program starts itself: no TCP, peer authentication, its own settings."""

from protect.store.embedded.server import EmbeddedServer, attach, made, start

__all__ = ["EmbeddedServer", "attach", "made", "start"]
