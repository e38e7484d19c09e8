"""What leaves Muster by itself: webhooks, and e-mail through SNS."""
