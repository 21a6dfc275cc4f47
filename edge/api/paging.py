"""How lists are cut: limit and offset, both bounded."""

PAGE = 50
PAGE_MAX = 200
OFFSET_MAX = 1_000_000
QUERY_CHARACTERS_MAX = 200
