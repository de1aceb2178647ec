"""The orchestrations of our contract as a customer would import them."""
