"""How a record's fields become a target's fields: versioned rows, formulas, value maps, and the pure core that applies them."""
