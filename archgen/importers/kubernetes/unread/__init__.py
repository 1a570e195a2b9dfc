"""What pods may call and keep where no file holds their settings: it is asked about."""
