"""How long a test waits for what does come. Only what hangs waits that long, so that it costs a run
nothing: a machine ten times as busy as this one makes a test slow and does not make it red."""

PATIENCE_S = 300
PATIENCE_MS = PATIENCE_S * 1_000
