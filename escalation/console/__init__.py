"""The counsellors' desk: web pages on which escalated talks are taken, read, answered and closed."""
