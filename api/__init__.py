"""The GraphQL API and the `tavle` command."""
