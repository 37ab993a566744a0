"""Who gets what from the routes of shift, board and handing on; the rest is in test_security."""

AT_DESK = ("to sign-in", "passes", "passes", "denied", "denied")
SUPERVISOR = ("to sign-in", "denied", "passes", "denied", "denied")
DESK_ROUTES = {
    "GET /shift": AT_DESK,
    "POST /shift": AT_DESK,
    "GET /board": SUPERVISOR,
    "GET /board/live": SUPERVISOR,
    "GET /cases/{id}/pick": AT_DESK,
    "POST /cases/{id}/typing": AT_DESK,
    "POST /cases/{id}/safe": AT_DESK,
    "GET /cases/{id}/release": AT_DESK,
    "POST /cases/{id}/join": SUPERVISOR,
    "POST /cases/{id}/leave": SUPERVISOR,
}
