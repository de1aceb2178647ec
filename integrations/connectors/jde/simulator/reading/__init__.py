"""How the simulated AIS server reads tables: schema, queries, rendering, paging."""
