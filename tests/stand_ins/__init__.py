"""Small stand-ins for the dialogue engine and the danger detectors, for tests of what lies around them."""
