"""`python -m protect.cli`, for where the command is not on the path."""

from protect.cli import main

raise SystemExit(main())
