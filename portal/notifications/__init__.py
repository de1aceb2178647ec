"""Tells people what needs them: watches for causes, keeps an outbox, sends letters and calls."""
