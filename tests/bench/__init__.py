"""How fast and how big: the whole hotline, beside the same model behind Rasa's own server. `make bench`."""
