"""What each address answers; who may ask is in `console/access.py`."""
