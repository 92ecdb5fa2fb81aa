"""Programs that run in fresh processes, started by the models; each prints one JSON object."""
