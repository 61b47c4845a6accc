"""During: threats that show while the policy runs."""
