"""What `manage.py bench` measures, each against a floor measured in the same run."""
