"""What services may ask of the outside world, behind ports that speak the domain's language."""
