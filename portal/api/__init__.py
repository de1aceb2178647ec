"""The REST API under /api/v1/: what the screens can do, for programs; one small module per resource."""
