"""The small world behind two processes of the real server, one for each file of tests."""

from collections.abc import Iterator

import pytest

from tests.wire.served import Served
from tests.wire.serving import Serve


@pytest.fixture(scope="module")
def served(serve: Serve) -> Iterator[Served]:
    """The real program."""
    with serve() as found:
        yield found
