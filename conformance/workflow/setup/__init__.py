"""What a run is set up with: options, configuration files, credentials, target, plan."""
