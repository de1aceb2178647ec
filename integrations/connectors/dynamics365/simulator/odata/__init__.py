"""The OData v4 dialect of Finance & Operations: filters, keys, pages, batches, metadata."""
