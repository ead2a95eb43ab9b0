"""The only cryptography of Protect: bytes in, bytes out, one exception, and nothing known of tables or people."""
