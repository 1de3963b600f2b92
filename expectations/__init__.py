"""The gate: suites as data, accepted exceptions, and the verdict on a candidate.

This room imports nothing of the other rooms: it reads a candidate database and writes a verdict.
"""
