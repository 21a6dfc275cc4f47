"""Head office's HTTP for boxes and programs: parse, one use case or question, answer."""
