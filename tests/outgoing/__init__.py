"""The ways out: mail and webhooks against servers on this machine."""
