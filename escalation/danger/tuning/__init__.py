"""Tuning the encoder's upper layers to tell danger from everything else: needs torch, runs rarely (`make
tune`).

Nothing here is imported by anything that runs: what ships is numbers, nlu_data/encoder/layers.npz.
"""
