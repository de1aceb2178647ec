"""Oracle JD Edwards and BILL: what was bought becomes bills, what BILL paid comes back."""
