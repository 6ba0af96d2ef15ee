"""What the end-to-end tests stand on: servers to talk to, clients to talk with, guests to run."""
