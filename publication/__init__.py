"""From an audited candidate to a release that readers see, behind one atomic switch.

This room imports nothing of the other rooms: it reads a candidate database, a lock and a
verdict from files, and writes a folder.
"""
