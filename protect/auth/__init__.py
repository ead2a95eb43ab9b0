"""People who sign in: invitation, enrolment, passphrase, session."""
