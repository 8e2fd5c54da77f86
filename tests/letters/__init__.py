"""Every mail that goes out, made of invented but real-looking complaints; and pictures of them."""
