"""Cases: conversations that need a human, in a queue that counsellors take them from."""
