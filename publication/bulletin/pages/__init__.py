"""The chapters of the bulletin, each made from the release: content, not yet set."""
