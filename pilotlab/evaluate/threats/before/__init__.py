"""Before: threats that show before the policy began."""
