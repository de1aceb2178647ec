"""What Finance & Operations checks and fills in when rows are written."""
