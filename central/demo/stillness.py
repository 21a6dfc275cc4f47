"""Whether something that is waited for has stood still for too long: how long it may take depends
on the machine, so only standing still ends a wait."""

from dataclasses import dataclass


@dataclass
class Stillness:
    """``limit_s``: how long nothing may move. ``progress``: anything that is another value once
    something has moved; ``since_s``: when it last did, by the caller's clock."""

    limit_s: float
    progress: object
    since_s: float

    def too_long(self, progress: object, now_s: float) -> bool:
        """Look again."""
        if progress != self.progress:
            self.progress, self.since_s = progress, now_s
        return now_s - self.since_s > self.limit_s
