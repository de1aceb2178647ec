"""Tests of the trail and of what keeps secrets out of it."""
