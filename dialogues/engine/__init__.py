"""The dialogue engine: Rasa as a library, one private endpoint, nothing kept between turns."""
