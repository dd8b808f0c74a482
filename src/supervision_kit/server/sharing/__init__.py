"""A bundle served to a group: sign-in by password, two roles, and nothing reachable but the pages."""
