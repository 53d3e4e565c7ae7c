"""OpenStackClient plugin for ephemeral hypervisors."""
