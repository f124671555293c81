"""The screens, each a list with a detail."""
