"""The record types of the simulated account and the rules each of them keeps."""
