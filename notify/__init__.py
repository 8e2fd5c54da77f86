"""From a notice to final bytes, and from final bytes to an SMTP server."""
