"""An identity provider (OpenID Connect) for trying things out: it believes whoever says who they are."""
