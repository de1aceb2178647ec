"""Tests of this pair."""
