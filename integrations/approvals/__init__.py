"""The two-person rule under the verbs: what it holds, the gate every verb passes, and requests on record."""
