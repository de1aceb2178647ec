"""The simulated EnterpriseOne behind the AIS server: tables, books, documents."""
