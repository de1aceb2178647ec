#!/usr/bin/env python
"""The portal's command line."""

import sys

from django.core.management import execute_from_command_line

from portal.checks import refuse_unsafe_start
from portal.launch import needs_servers, prepare


def main() -> None:
    """Prepare the environment, refuse an unsafe production (`check` reports it), then run the command."""
    prepare(servers=needs_servers(sys.argv))
    if needs_servers(sys.argv) and sys.argv[1] != "check":
        refuse_unsafe_start()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
