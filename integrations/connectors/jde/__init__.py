"""Oracle JD Edwards EnterpriseOne: the ledger that is reached through its AIS server."""
