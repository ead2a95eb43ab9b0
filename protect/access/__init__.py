"""Who may do what, and the one way in: policy, keys of a session, the gate."""
