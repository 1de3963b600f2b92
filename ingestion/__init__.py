"""From the publisher's bytes to landed Parquet: fetch, hash, snapshot, recognise, parse, land.

This room imports nothing of the other rooms; paths and settings come in as arguments.
"""
