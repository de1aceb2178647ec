"""The demo: everything started by one command, a company with syncs on the sandbox, and the proof that they agree."""
