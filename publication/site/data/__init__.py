"""What the pages read: small JSON files, written from the marts of a release folder."""
