"""The golden files of schemas/golden, written out by hand in the protocol's words.

`python3 -m checker.golden`, run in tests/, writes them again after a change here.
"""
