"""Deciding whether a human is needed: rules staff can edit, a trained classifier, the talk so far.

The higher verdict wins, and what cannot be judged goes to a human.
"""
