"""Oracle NetSuite: customers, items and receivables through the REST record API, SuiteQL for every look-up."""
