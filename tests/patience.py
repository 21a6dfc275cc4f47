"""How long a test waits for what does come. Only what hangs waits that long, so that it costs a run
nothing: a machine ten times as busy as this one makes a test slow and does not make it red."""

PATIENCE_S = 300
PATIENCE_MS = PATIENCE_S * 1_000
STEP_PATIENCE_MS = 120_000
"""One step at a page: a test has dozens of them, and the first that fails ends it."""

HANGS_S = 1_200
"""A test that takes longer hangs: pytest ends it, says where it stood, and goes on with the next
(``timeout`` in pyproject.toml). The longest takes two minutes on a quiet machine."""
