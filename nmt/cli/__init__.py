"""The command line: one thin file a command. Results go to stdout, everything else to stderr."""
