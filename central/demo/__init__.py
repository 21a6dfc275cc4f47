"""One real day of trade through the whole product: real processes, real PostgreSQL, real faults."""
