"""Tests of the mapping core, its formulas and its versions."""
