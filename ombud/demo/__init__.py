"""The main job shown on a real IMAP and a real SMTP server on loopback, with nothing configured."""
