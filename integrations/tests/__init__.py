"""Tests of what all connectors share: the door out, sign-in, paging, money, the vault, limits, tokens, the guard."""
