"""The pure half of the protocol: no clock, no network, no database, no asyncio, no randomness."""
