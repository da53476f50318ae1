"""The tables of bridge.toml, one noun a class; names are the keys exactly."""
