#!/usr/bin/env python
"""The portal's command line."""

import sys

from django.core.management import execute_from_command_line

from portal.launch import needs_servers, prepare


def main() -> None:
    """Prepare the environment, then run the command."""
    prepare(servers=needs_servers(sys.argv))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
