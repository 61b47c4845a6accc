"""From estimates to a verdict, by a rule fixed beforehand."""
