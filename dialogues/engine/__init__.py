"""The dialogue engine: Rasa as a library, one private endpoint, state in and state out, nothing kept between turns."""
