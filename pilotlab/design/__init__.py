"""Before the first week."""
