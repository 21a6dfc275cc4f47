"""The bar of head office says where one is: each page names its place, which stands there."""

import re

from central.pages.assets import WEB

TEMPLATES = WEB / "templates"
OUTSIDE = {"problem.html", "sign_in.html", "sign_in_code.html"}
"""Seen by whoever has no place yet."""
PLACE = re.compile(r'\{% set bar_place = "([^"]+)" %\}')


def test_each_page_has_its_place_in_the_bar() -> None:
    bar = (TEMPLATES / "base.html").read_text()
    for template in TEMPLATES.glob("[a-z]*.html"):
        text = template.read_text()
        if not text.startswith('{% extends "base.html" %}') or template.name in OUTSIDE:
            continue
        found = PLACE.search(text)
        assert found is not None, template.name
        assert f'"{found[1]}"' in bar, template.name
