"""The fault bench: the service between servers that fail, killed, stopped and misled, and proved afterwards."""
