"""Arrays in, numbers out: no files, no models, no globals, no clock."""
