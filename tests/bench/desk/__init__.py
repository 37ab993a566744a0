"""The counsellors' desk under load: `python -m tests.bench.desk`."""
