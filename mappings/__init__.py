"""How a record's fields become a target's fields: versioned rows, formulas, value maps, and what applies them."""
