"""Data: any long frame becomes a study, unit by time, with what is known of each unit."""
