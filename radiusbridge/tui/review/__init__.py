"""The two lists of the screen that brings servers and database together: the plan, and what a patrol found."""
