"""The desk of one router, reached by Enter from the devices."""
