"""Every setting of a store has its words on head office's page: without them the page fails."""

import pytest

from central.domain.store_settings import SETTINGS, Setting
from central.pages.words import settings as say


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.key)
def test_a_setting_has_its_label_and_says_what_may_be_typed(setting: Setting) -> None:
    assert say.labels[setting.key]
    assert setting.group.value in say.groups
    if setting.choices:
        assert all(said for _, said in say.choices_of(setting.choices))
    else:
        assert say.allowed[setting.key]


def test_the_page_has_words_for_nothing_else() -> None:
    assert say.labels.keys() == SETTINGS.keys()
    assert say.allowed.keys() <= SETTINGS.keys()
