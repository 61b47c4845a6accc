"""Text: names as they are kept, characters as they are shown, columns as they are counted."""
