"""What crosses the apps: the whole engine on real servers, kills, isolation."""
