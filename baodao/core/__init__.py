"""Base: errors, clock, ids, field encryption, request id. Imports nothing of Baodao."""
