"""What every connector keeps, whatever its system: parametrised over the registry; no module names a system."""
