"""`python -m bot` is `hotline`."""

import os

# One thread for each calculation: they are small, several processes share few cores, and the libraries' own
# threads spin while they wait (measured: 200 messages in 19 s instead of 100 s on two busy cores).
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from bot.cli import main  # noqa: E402 - the libraries read these when they are loaded

if __name__ == "__main__":
    main()
