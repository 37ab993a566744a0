"""Keeping it running: signs of trouble, readiness, gauges and the doctor; RUNBOOK.md says what to do."""
