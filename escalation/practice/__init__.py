"""The practice room: made-up young people whom new counsellors answer on the real console."""
