"""The product's face: settings, people, tenants and screens; the top layer."""
