"""Looks ahead at a sync without booking anything: fields, coverage, previews, rehearsals, proofs."""
