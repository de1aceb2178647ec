"""SuiteQL: parsed and checked as NetSuite does, run on an in-memory SQLite shadow of the account's records."""
