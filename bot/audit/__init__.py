"""`hotline audit`: marked conversations through the real channels, to every kind of end; then a search.

marks       words, numbers and chat ids of nobody; forms: every form they could be written down in
house       all roles and the providers' stand-in as processes, on a store, ports and folders of their own
ahead       a role as it is, with a clock that can be moved and, for the self-test, with leaks in it
talks       who writes what, in which language; phones: what they do; hostile: requests that fail
desk        the counsellor, over HTTP; browser: the counsellor, in Chromium
ends        the play: every end, on both channels, in all languages
places      the search, place by place; store_keys: the store's keys against their table
searched    what was looked through and found; report: row by row of bot/rests.py
live        the store of a running system, read only
"""
