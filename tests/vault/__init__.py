"""The vault: what it seals opens in its place only."""
