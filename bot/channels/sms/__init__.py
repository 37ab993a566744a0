"""SMS through Twilio: signed webhooks in, the REST API out, and the provider's own log kept clean."""
