"""How days and times are written where Django writes them itself, as in the admin: as on the screens."""
