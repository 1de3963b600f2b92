"""The one way in which anything is fetched.

A source (`sources/`) makes a `Call` and reads the answer; the `Fetcher` (`client.py`) sends it:
time limits, retries, rate and quota, masking of keys, one outcome row for every request. What the
publishers say when something is wrong stands in one table (`errors.py`).
"""
