"""Everything that a store keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ITEM_WORDS = """
CREATE VIRTUAL TABLE item_words USING fts5(
    item_id UNINDEXED, words, prefix = '1 2 3 4', tokenize = 'unicode61 remove_diacritics 2'
)
"""
"""Names of the active items, for search by the beginnings of words."""
CUSTOMER_WORDS = """
CREATE VIRTUAL TABLE customer_words USING fts5(
    words, prefix = '1 2 3 4', tokenize = 'unicode61 remove_diacritics 2'
)
"""
CUSTOMER_PARTS = "CREATE VIRTUAL TABLE customer_parts USING fts5(name, phone, tokenize = 'trigram')"
"""Names and telephone numbers, for search by any part of them."""
SEARCH = (
    ITEM_WORDS,
    CUSTOMER_WORDS,
    CUSTOMER_PARTS,
    # what an erased customer was found by is taken out of the index at once, not at its next merge
    "INSERT INTO customer_words (customer_words, rank) VALUES ('secure-delete', 1)",
    "INSERT INTO customer_parts (customer_parts, rank) VALUES ('secure-delete', 1)",
)

TABLES = (
    "abandoned_id",
    "acknowledged_mark",
    "alarm",
    "answered_request",
    "arrangement",
    "box",
    "business_day",
    "cash_moved",
    "credential",
    "customer",
    "customer_alias",
    "customer_field",
    "customer_group",
    "customer_key",
    "customer_name",
    "customer_tier",
    "epoch_key",
    "erased_customer",
    "feed_cursor",
    "feed_switch",
    "foreign_currency",
    "goodwill",
    "goodwill_spent",
    "invoice",
    "item",
    "item_name",
    "item_rule",
    "journal",
    "journal_head",
    "loyalty_tier",
    "missing_range",
    "operator",
    "operator_session",
    "own_pin",
    "pairing_code",
    "past_row",
    "payment_attempt",
    "payment_way",
    "placed_event",
    "points_debt",
    "points_expiring",
    "points_right",
    "points_rule",
    "right_grown",
    "value_move",
    "right_request",
    "pack",
    "reorder_point",
    "supplier",
    "supplier_item",
    "price",
    "price_book",
    "book_price",
    "push_state",
    "promotion",
    "promotion_pick",
    "ready_past_row",
    "mail",
    "receipt_print",
    "receipt_series",
    "receipt_stated",
    "receipt_texts",
    "recovered",
    "reference_row",
    "role",
    "sale",
    "scale_code",
    "scan_code",
    "settings",
    "shop",
    "snapshot_load",
    "shelf_count",
    "shelf_count_item",
    "shelf_count_line",
    "sought",
    "stock_count",
    "stock_level",
    "stock_movement",
    "stock_lot",
    "lot_count",
    "tail_event",
    "suspended_basket",
    "tax_rate",
    "tender",
    "till_count",
    "till_session",
    "till_tender",
    "transfer",
    "purchase_order",
    "purchase_order_line",
    "purchase_order_receipt",
    "order_told",
    "transfer_told",
    "transfer_note",
    "supplier_return",
    "supplier_credit",
    "unlock_challenge",
    "voucher_type",
    "waiting_row",
    "workstation",
    "wrong_pin",
    "sale_line",
    "sale_tax",
    "sale_tender",
    "sale_voucher",
)
"""In the order of their making: those that others point at first."""


def upgrade() -> None:
    _create_abandoned_id()
    _create_alarm()
    _create_answered_request()
    _create_arrangement()
    _create_box()
    _create_business_day()
    _create_cash_moved()
    _create_credential()
    _create_customer()
    _create_customer_alias()
    _create_customer_field()
    _create_customer_group()
    _create_customer_key()
    _create_customer_name()
    _create_loyalty()
    _create_epoch_key()
    _create_erased_customer()
    _create_feed_cursor()
    _create_feed_switch()
    _create_foreign_currency()
    _create_goodwill()
    _create_invoice()
    _create_item()
    _create_item_name()
    _create_item_rule()
    _create_journal()
    _create_journal_head()
    _create_acknowledged_mark()
    _create_missing_range()
    _create_placed_event()
    _create_operator()
    _create_operator_session()
    _create_own_pin()
    _create_pairing_code()
    _create_past_row()
    _create_payment_attempt()
    _create_mail()
    op.create_table(
        "receipt_print",
        sa.Column("sale_id", sa.LargeBinary(), nullable=False),
        sa.Column("printed_at_ms", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sale_id", name=op.f("pk_receipt_print")),
    )
    _create_payment_way()
    _create_points_debt()
    _create_points_right()
    _create_right_grown()
    _create_value_move()
    _create_right_request()
    _create_pack()
    _create_suppliers()
    _create_price()
    _create_price_book()
    _create_book_price()
    _create_push_state()
    _create_promotion()
    _create_promotion_pick()
    _create_ready_past_row()
    _create_receipt_series()
    _create_receipt_stated()
    _create_receipt_texts()
    _create_recovered()
    _create_reference_row()
    _create_role()
    _create_sale()
    _create_scale_code()
    _create_scan_code()
    _create_settings()
    _create_snapshot_load()
    _create_shelf_count()
    _create_shop()
    _create_shelf_count_item()
    _create_shelf_count_line()
    _create_sought()
    _create_stock_count()
    _create_stock_lots()
    _create_stock_level()
    _create_stock_movement()
    _create_tail_event()
    _create_suspended_basket()
    _create_tax_rate()
    _create_tender()
    _create_till_count()
    _create_till_session()
    _create_till_tender()
    _create_transfer()
    _create_purchase_orders()
    _create_told()
    _create_supplier_returns()
    _create_unlock_challenge()
    _create_voucher_type()
    _create_waiting_row()
    _create_workstation()
    _create_wrong_pin()
    _create_sale_line()
    _create_sale_tax()
    _create_sale_tender()
    _create_sale_voucher()
    for statement in SEARCH:
        op.execute(statement)


def downgrade() -> None:
    for words in ("item_words", "customer_words", "customer_parts"):
        op.execute(f"DROP TABLE {words}")
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_abandoned_id() -> None:
    op.create_table(
        "abandoned_id",
        sa.Column("sale_id", sa.LargeBinary(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("abandoned_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sale_id", name=op.f("pk_abandoned_id")),
    )


def _create_alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("alarm_id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("raised_at_ms", sa.Integer(), nullable=False),
        sa.Column("last_at_ms", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("cleared_at_ms", sa.Integer(), nullable=True),
        sa.Column("cleared_by", sa.String(), nullable=True),
        sa.Column("cleared_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("alarm_id", name=op.f("pk_alarm")),
    )
    op.create_index(
        "ix_alarm_standing",
        "alarm",
        ["kind", "cause"],
        unique=True,
        sqlite_where=sa.text("cleared_at_ms IS NULL"),
    )


def _create_answered_request() -> None:
    op.create_table(
        "answered_request",
        sa.Column("request_id", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("customer_id", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_answered_request")),
    )
    op.create_index(
        op.f("ix_answered_request_customer_id"), "answered_request", ["customer_id"], unique=False
    )


def _create_arrangement() -> None:
    op.create_table(
        "arrangement",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("arranged_by", sa.String(), nullable=False),
        sa.Column("arranged_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_arrangement")),
    )


def _create_box() -> None:
    op.create_table(
        "box",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.LargeBinary(), nullable=False),
        sa.Column("company_id", sa.LargeBinary(), nullable=False),
        sa.Column("store_code", sa.String(), nullable=False),
        sa.Column("device_id", sa.LargeBinary(), nullable=False),
        sa.Column("central_url", sa.String(), nullable=False),
        sa.Column("central_key", sa.LargeBinary(), nullable=False),
        sa.Column("genesis", sa.LargeBinary(), nullable=False),
        sa.Column("genesis_signature", sa.LargeBinary(), nullable=False),
        sa.Column("incarnation", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_box")),
    )


def _create_business_day() -> None:
    op.create_table(
        "business_day",
        sa.Column("business_date", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at_ms", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("first_opened_no", sa.Integer(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_at_ms", sa.Integer(), nullable=True),
        sa.Column("closed_seq", sa.Integer(), nullable=True),
        sa.Column("closed_opened_no", sa.Integer(), nullable=True),
        sa.Column("reopened_at_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("business_date", name=op.f("pk_business_day")),
    )


def _create_credential() -> None:
    op.create_table(
        "credential",
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("starting", sa.Boolean(), nullable=False),
        sa.Column("set_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("operator_id", name=op.f("pk_credential")),
    )


def _create_customer() -> None:
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(collation="NOCASE"), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer")),
    )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_email"), ["email"], unique=False)
        batch_op.create_index("ix_customer_name", ["name", "customer_id"], unique=False)


def _create_customer_alias() -> None:
    op.create_table(
        "customer_alias",
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("kept_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_alias")),
    )
    with op.batch_alter_table("customer_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_alias_kept_id"), ["kept_id"], unique=False)


def _create_customer_field() -> None:
    op.create_table(
        "customer_field",
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("hlc", sa.Integer(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "field", name=op.f("pk_customer_field")),
    )


def _create_customer_group() -> None:
    op.create_table(
        "customer_group",
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_group")),
    )


def _create_customer_key() -> None:
    op.create_table(
        "customer_key",
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_key")),
    )


def _create_loyalty() -> None:
    op.create_table(
        "customer_tier",
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "tier", name=op.f("pk_customer_tier")),
    )
    op.create_table(
        "points_expiring",
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("until", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_points_expiring")),
    )
    op.create_table(
        "loyalty_tier",
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("from_minor", sa.Integer(), nullable=False),
        sa.Column("multiplier", sa.Integer(), nullable=False),
        sa.Column("kept_months", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tier", name=op.f("pk_loyalty_tier")),
    )
    op.create_table(
        "points_rule",
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", name=op.f("pk_points_rule")),
    )


def _create_customer_name() -> None:
    op.create_table(
        "customer_name",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=True),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("phone_key", sa.String(), nullable=True),
        sa.Column("phone_back", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_customer_name")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_customer_name_customer_id")),
    )
    with op.batch_alter_table("customer_name", schema=None) as batch_op:
        for column in ("code_key", "email_key", "name_key", "phone_back", "phone_key"):
            name = batch_op.f(f"ix_customer_name_{column}")
            batch_op.create_index(name, [column], unique=False)


def _create_erased_customer() -> None:
    op.create_table(
        "erased_customer",
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_erased_customer")),
    )


def _create_feed_cursor() -> None:
    op.create_table(
        "feed_cursor",
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("incarnation", sa.LargeBinary(), nullable=False),
        sa.Column("pub_seq", sa.Integer(), nullable=False),
        sa.Column("set_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("data_set", "scope", name=op.f("pk_feed_cursor")),
    )


def _create_feed_switch() -> None:
    op.create_table(
        "feed_switch",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("settling", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_feed_switch")),
    )


def _create_foreign_currency() -> None:
    op.create_table(
        "foreign_currency",
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("own_currency", sa.String(), nullable=False),
        sa.Column("effective_from_ms", sa.Integer(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("own_minor", sa.Integer(), nullable=False),
        sa.Column("foreign_minor", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "currency", "own_currency", "effective_from_ms", name=op.f("pk_foreign_currency")
        ),
    )


def _create_goodwill() -> None:
    op.create_table(
        "goodwill",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("from_date", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "from_date", name=op.f("pk_goodwill")),
    )
    op.create_table(
        "goodwill_spent",
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("business_date", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "kind", "business_date", name=op.f("pk_goodwill_spent")),
    )


def _create_invoice() -> None:
    op.create_table(
        "invoice",
        sa.Column("sale_id", sa.LargeBinary(), nullable=False),
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("tax_number", sa.String(), nullable=True),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("made_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sale_id", name=op.f("pk_invoice")),
    )
    op.create_index(op.f("ix_invoice_customer_id"), "invoice", ["customer_id"], unique=False)


def _create_mail() -> None:
    op.create_table(
        "mail",
        sa.Column("mail_id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at_ms", sa.Integer(), nullable=False),
        sa.Column("next_try_ms", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("ended_at_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_mail")),
    )
    op.create_index(
        "ix_mail_due",
        "mail",
        ["next_try_ms"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_mail_ended",
        "mail",
        ["state", "ended_at_ms"],
        unique=False,
        sqlite_where=sa.text("ended_at_ms IS NOT NULL"),
    )
    op.create_index("ix_mail_subject_id", "mail", ["subject_id"], unique=False)


def _create_item() -> None:
    op.create_table(
        "item",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("open_price", sa.Boolean(), nullable=False),
        sa.Column("unit_cost_minor", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_milli", sa.Integer(), nullable=True),
        sa.Column("content_unit", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item")),
    )


def _create_item_name() -> None:
    op.create_table(
        "item_name",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_item_name")),
        sa.UniqueConstraint("item_id", name=op.f("uq_item_name_item_id")),
        sa.UniqueConstraint("name_key", "item_id", name=op.f("uq_item_name_name_key_item_id")),
    )


def _create_item_rule() -> None:
    op.create_table(
        "item_rule",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("age_years", sa.Integer(), nullable=False),
        sa.Column("barred_from", sa.Integer(), nullable=True),
        sa.Column("barred_until", sa.Integer(), nullable=True),
        sa.Column("asks_serial", sa.Boolean(), nullable=False),
        sa.Column("asks_lot", sa.Boolean(), nullable=False),
        sa.Column("linked_item_id", sa.String(), nullable=True),
        sa.Column("linked_milli", sa.Integer(), nullable=False),
        sa.Column("may_be_left_out", sa.Boolean(), nullable=False),
        sa.Column("loads", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_rule")),
    )


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("kind_version", sa.Integer(), nullable=False),
        sa.Column("occurred_at_ms", sa.Integer(), nullable=False),
        sa.Column("utc_offset_s", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.LargeBinary(), nullable=False),
        sa.Column("hlc", sa.Integer(), nullable=False),
        sa.Column("clock_state", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "epoch_number", "epoch_fingerprint", "seq", name=op.f("pk_journal")
        ),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            "ix_journal_recovered",
            ["epoch_number", "epoch_fingerprint", "seq"],
            unique=False,
            sqlite_where=sa.text("kind = 'event_recovered'"),
        )
        batch_op.create_index(
            "ix_journal_acts",
            ["occurred_at_ms"],
            unique=False,
            sqlite_where=sa.text("kind IN ('operator_acted', 'lines_removed')"),
        )


def _create_journal_head() -> None:
    op.create_table(
        "journal_head",
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("store_id", sa.LargeBinary(), nullable=False),
        sa.Column("genesis_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("hlc", sa.Integer(), nullable=False),
        sa.Column("acknowledged_through", sa.Integer(), nullable=False),
        sa.Column("acknowledged_hash", sa.LargeBinary(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("opened_no", sa.Integer(), nullable=False),
        sa.Column("genesis", sa.LargeBinary(), nullable=False),
        sa.Column("genesis_signature", sa.LargeBinary(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("ratified", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("learnt", sa.String(), nullable=True),
        sa.Column("pruned_through", sa.Integer(), nullable=False),
        sa.Column("pruned_hash", sa.LargeBinary(), nullable=True),
        sa.Column("left_at", sa.Integer(), nullable=True),
        sa.Column("began_row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("epoch_number", "epoch_fingerprint", name=op.f("pk_journal_head")),
        sa.UniqueConstraint("opened_no", name=op.f("uq_journal_head_opened_no")),
    )


def _create_payment_attempt() -> None:
    op.create_table(
        "payment_attempt",
        sa.Column("attempt_id", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("for_sale", sa.LargeBinary(), nullable=False),
        sa.Column("through", sa.String(), nullable=False),
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("online_only", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_at_ms", sa.Integer(), nullable=False),
        sa.Column("changed_at_ms", sa.Integer(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("approval", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("expires_at_ms", sa.Integer(), nullable=True),
        sa.Column("shown", sa.String(), nullable=True),
        sa.Column("paid_by", sa.LargeBinary(), nullable=True),
        sa.Column("refunds", sa.String(), nullable=True),
        sa.Column("allowed", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_payment_attempt")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_attempt_reference")),
    )
    with op.batch_alter_table("payment_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_attempt_for_sale"), ["for_sale"], unique=False)
        batch_op.create_index(
            "ix_payment_attempt_open",
            ["begun_at_ms"],
            unique=False,
            sqlite_where=sa.text("state NOT IN ('declined', 'voided', 'paid')"),
        )
        batch_op.create_index(
            "ix_payment_attempt_settled",
            ["changed_at_ms"],
            unique=False,
            sqlite_where=sa.text("state IN ('declined', 'voided', 'paid')"),
        )
        batch_op.create_index(
            "ix_payment_attempt_refunds",
            ["refunds"],
            unique=False,
            sqlite_where=sa.text("refunds IS NOT NULL"),
        )


def _create_payment_way() -> None:
    op.create_table(
        "payment_way",
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("through", sa.String(), nullable=False),
        sa.Column("online_only", sa.Boolean(), nullable=False),
        sa.Column("proxy", sa.String(), nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("expires_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tender_id", name=op.f("pk_payment_way")),
    )


def _create_placed_event() -> None:
    op.create_table(
        "placed_event",
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("kind_version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "epoch_number", "epoch_fingerprint", "seq", name=op.f("pk_placed_event")
        ),
    )


def _create_acknowledged_mark() -> None:
    op.create_table(
        "acknowledged_mark",
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("through", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "epoch_number", "epoch_fingerprint", "at_ms", name=op.f("pk_acknowledged_mark")
        ),
    )


def _create_epoch_key() -> None:
    op.create_table(
        "epoch_key",
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("device_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("epoch_number", "epoch_fingerprint", name=op.f("pk_epoch_key")),
    )


def _create_tail_event() -> None:
    op.create_table(
        "tail_event",
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("incarnation", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint(
            "epoch_number", "epoch_fingerprint", "seq", "hash", name=op.f("pk_tail_event")
        ),
    )


def _create_missing_range() -> None:
    op.create_table(
        "missing_range",
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("through", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "epoch_number",
            "epoch_fingerprint",
            "first",
            "through",
            name=op.f("pk_missing_range"),
        ),
    )


def _create_operator() -> None:
    op.create_table(
        "operator",
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("operator_id", name=op.f("pk_operator")),
    )


def _create_operator_session() -> None:
    op.create_table(
        "operator_session",
        sa.Column("session_id", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("machine_boot", sa.String(), nullable=False),
        sa.Column("seen_ms", sa.Integer(), nullable=False),
        sa.Column("pin_set_at_ms", sa.Integer(), nullable=False),
        sa.Column("own_pin_needed", sa.Boolean(), nullable=False),
        sa.Column("ended_at_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_operator_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_operator_session_token_hash")),
    )
    op.create_index(
        "ix_operator_session_open",
        "operator_session",
        ["workstation_id", "room"],
        unique=True,
        sqlite_where=sa.text("ended_at_ms IS NULL"),
    )


def _create_own_pin() -> None:
    op.create_table(
        "own_pin",
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("set_at_ms", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("starting", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("operator_id", name=op.f("pk_own_pin")),
    )


def _create_pairing_code() -> None:
    op.create_table(
        "pairing_code",
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at_ms", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workstation_id", name=op.f("pk_pairing_code")),
    )


def _create_past_row() -> None:
    op.create_table(
        "past_row",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until_ms", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", "until_ms", name=op.f("pk_past_row")),
    )
    with op.batch_alter_table("past_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_past_row_until_ms"), ["until_ms"], unique=False)


def _create_points_debt() -> None:
    op.create_table(
        "points_debt",
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_points_debt")),
    )


def _create_points_right() -> None:
    op.create_table(
        "points_right",
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.LargeBinary(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("released", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("root", "line", name=op.f("pk_points_right")),
    )
    with op.batch_alter_table("points_right", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_points_right_customer_id"), ["customer_id"], unique=False
        )


def _create_right_grown() -> None:
    op.create_table(
        "right_grown",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "account_id", name=op.f("pk_right_grown")),
    )


def _create_value_move() -> None:
    op.create_table(
        "value_move",
        sa.Column("sale_id", sa.LargeBinary(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("tender_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("sale_id", "line_no", "tender_no", name=op.f("pk_value_move")),
    )


def _create_right_request() -> None:
    op.create_table(
        "right_request",
        sa.Column("request_id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("asked_at_ms", sa.Integer(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_right_request")),
    )
    op.create_index(
        "ix_right_request_open",
        "right_request",
        ["state"],
        sqlite_where=sa.text("state IN ('asked', 'granted')"),
    )


def _create_price() -> None:
    op.create_table(
        "price",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("effective_from_ms", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "effective_from_ms", name=op.f("pk_price")),
    )


def _create_suppliers() -> None:
    op.create_table(
        "supplier",
        sa.Column("supplier_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("over_bp", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("supplier_id", name=op.f("pk_supplier")),
    )
    op.create_table(
        "supplier_item",
        sa.Column("supplier_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("pack_milli", sa.Integer(), nullable=False),
        sa.Column("pack_cost_minor", sa.Integer(), nullable=True),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("supplier_id", "item_id", name=op.f("pk_supplier_item")),
    )
    with op.batch_alter_table("supplier_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_item_item_id"), ["item_id"], unique=False)
    op.create_table(
        "reorder_point",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("at_milli", sa.Integer(), nullable=False),
        sa.Column("up_to_milli", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_reorder_point")),
    )


def _create_pack() -> None:
    op.create_table(
        "pack",
        sa.Column("scan_code", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("quantity_milli", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("scan_code", name=op.f("pk_pack")),
    )


def _create_price_book() -> None:
    op.create_table(
        "price_book",
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("customer_group", sa.String(), nullable=True),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=False),
        sa.Column("from_ms", sa.Integer(), nullable=False),
        sa.Column("until_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("book", name=op.f("pk_price_book")),
    )


def _create_book_price() -> None:
    op.create_table(
        "book_price",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column("from_milli", sa.Integer(), nullable=False),
        sa.Column("effective_from_ms", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "item_id",
            "book",
            "pack",
            "from_milli",
            "effective_from_ms",
            name=op.f("pk_book_price"),
        ),
    )


def _create_push_state() -> None:
    op.create_table(
        "push_state",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.String(), nullable=True),
        sa.Column("stop_alarm_id", sa.LargeBinary(), nullable=True),
        sa.Column("last_contact_ms", sa.Integer(), nullable=True),
        sa.Column("server_time_ms", sa.Integer(), nullable=True),
        sa.Column("machine_boot", sa.String(), nullable=True),
        sa.Column("steady_ms", sa.Integer(), nullable=True),
        sa.Column("events_set_aside", sa.Integer(), nullable=True),
        sa.Column("refused", sa.String(), nullable=True),
        sa.Column("incarnation", sa.LargeBinary(), nullable=True),
        sa.Column("show_due", sa.String(), nullable=True),
        sa.Column("protocols", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_push_state")),
    )


def _create_promotion() -> None:
    op.create_table(
        "promotion",
        sa.Column("promotion_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("arguments", sa.LargeBinary(), nullable=False),
        sa.Column("condition", sa.LargeBinary(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("from_ms", sa.Integer(), nullable=False),
        sa.Column("until_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("promotion_id", name=op.f("pk_promotion")),
    )


def _create_promotion_pick() -> None:
    op.create_table(
        "promotion_pick",
        sa.Column("pick", sa.String(), nullable=False),
        sa.Column("promotion_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pick", "promotion_id", name=op.f("pk_promotion_pick")),
        sa.UniqueConstraint(
            "promotion_id", "pick", name=op.f("uq_promotion_pick_promotion_id_pick")
        ),
    )


def _create_ready_past_row() -> None:
    op.create_table(
        "ready_past_row",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until_ms", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", "until_ms", name=op.f("pk_ready_past_row")),
    )


def _create_receipt_series() -> None:
    op.create_table(
        "receipt_series",
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "workstation_id", "epoch_number", "epoch_fingerprint", name=op.f("pk_receipt_series")
        ),
    )


def _create_receipt_stated() -> None:
    op.create_table(
        "receipt_stated",
        sa.Column("sale_id", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.LargeBinary(), nullable=True),
        sa.Column("receipt_number", sa.String(), nullable=False),
        sa.Column("stated_at_ms", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sale_id", name=op.f("pk_receipt_stated")),
    )


def _create_receipt_texts() -> None:
    op.create_table(
        "receipt_texts",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_receipt_texts")),
    )


def _create_recovered() -> None:
    op.create_table(
        "recovered",
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sale_id", sa.LargeBinary(), nullable=True),
        sa.Column("in_epoch_number", sa.Integer(), nullable=False),
        sa.Column("in_epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("in_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "epoch_number", "epoch_fingerprint", "seq", "hash", name=op.f("pk_recovered")
        ),
    )
    with op.batch_alter_table("recovered", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovered_sale_id"), ["sale_id"], unique=False)


def _create_reference_row() -> None:
    op.create_table(
        "reference_row",
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pub_seq", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("aside", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("data_set", "scope", "key", name=op.f("pk_reference_row")),
    )
    with op.batch_alter_table("reference_row", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reference_row_stale",
            ["data_set", "scope", "key"],
            unique=False,
            sqlite_where=sa.text("pub_seq < 0"),
        )
        batch_op.create_index(
            "ix_reference_row_aside",
            ["data_set", "scope", "key"],
            unique=False,
            sqlite_where=sa.text("aside IS NOT NULL"),
        )


def _create_role() -> None:
    op.create_table(
        "role",
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_role")),
    )


def _create_sale() -> None:
    op.create_table(
        "sale",
        sa.Column("sale_id", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("receipt_number", sa.String(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("till_session_id", sa.LargeBinary(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("business_date", sa.String(), nullable=False),
        sa.Column("tendered_at_ms", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.LargeBinary(), nullable=True),
        sa.Column("total_minor", sa.Integer(), nullable=False),
        sa.Column("rounding_minor", sa.Integer(), nullable=False),
        sa.Column("change_minor", sa.Integer(), nullable=False),
        sa.Column("points_earned", sa.Integer(), nullable=False),
        sa.Column("points_taken_back", sa.Integer(), nullable=False),
        sa.Column("points_debt", sa.Integer(), nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("settings_no", sa.Integer(), nullable=False),
        sa.Column("operator_name", sa.String(), nullable=True),
        sa.Column("customer_name", sa.String(), nullable=True),
        sa.Column("points_expiring", sa.Integer(), nullable=True),
        sa.Column("points_expire_on", sa.String(), nullable=True),
        sa.Column("post_void_of", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("sale_id", name=op.f("pk_sale")),
    )
    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sale_business_date"), ["business_date"], unique=False)
        batch_op.create_index(
            "ix_sale_place", ["epoch_number", "epoch_fingerprint", "seq"], unique=False
        )
        batch_op.create_index(
            "ix_sale_post_void_of",
            ["post_void_of"],
            unique=False,
            sqlite_where=sa.text("post_void_of IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_sale_receipt_number"), ["receipt_number"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_sale_till_session_id"), ["till_session_id"], unique=False
        )


def _create_scale_code() -> None:
    op.create_table(
        "scale_code",
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("picture", name=op.f("pk_scale_code")),
    )


def _create_scan_code() -> None:
    op.create_table(
        "scan_code",
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("scan_code", sa.String(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code_key", "item_id", name=op.f("pk_scan_code")),
        sa.UniqueConstraint("item_id", "code_key", name=op.f("uq_scan_code_item_id_code_key")),
        sa.UniqueConstraint(
            "scan_code",
            "code_key",
            "item_id",
            name=op.f("uq_scan_code_scan_code_code_key_item_id"),
        ),
    )


def _create_settings() -> None:
    op.create_table(
        "settings",
        sa.Column("settings_no", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("settings_no", name=op.f("pk_settings")),
        sa.UniqueConstraint("body", "texts", name=op.f("uq_settings_body_texts")),
    )


def _create_sought() -> None:
    op.create_table(
        "sought",
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "epoch_number", "epoch_fingerprint", "seq", "hash", name=op.f("pk_sought")
        ),
    )


def _create_shop() -> None:
    op.create_table(
        "shop",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_shop")),
    )


def _create_shelf_count() -> None:
    op.create_table(
        "shelf_count",
        sa.Column("count_id", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("begun_at_ms", sa.Integer(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at_ms", sa.Integer(), nullable=True),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("count_id", name=op.f("pk_shelf_count")),
    )


def _create_shelf_count_item() -> None:
    op.create_table(
        "shelf_count_item",
        sa.Column("count_id", sa.LargeBinary(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("count_id", "item_id", name=op.f("pk_shelf_count_item")),
    )


def _create_shelf_count_line() -> None:
    op.create_table(
        "shelf_count_line",
        sa.Column("line_id", sa.LargeBinary(), nullable=False),
        sa.Column("count_id", sa.LargeBinary(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("counted_milli", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seen_through", sa.Integer(), nullable=False),
        sa.Column("after_row", sa.Integer(), nullable=False),
        sa.Column("counted_at_ms", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_shelf_count_line")),
    )
    with op.batch_alter_table("shelf_count_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shelf_count_line_count_id"), ["count_id"], unique=False
        )


def _create_stock_lots() -> None:
    op.create_table(
        "stock_lot",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("expires_on", sa.String(), nullable=True),
        sa.Column("quantity_milli", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "lot", name=op.f("pk_stock_lot")),
    )
    op.create_table(
        "lot_count",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seen_through", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("parent_through", sa.Integer(), nullable=False),
        sa.Column("counted_milli", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_lot_count")),
    )


def _create_stock_count() -> None:
    op.create_table(
        "stock_count",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seen_through", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("parent_through", sa.Integer(), nullable=False),
        sa.Column("counted_milli", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.LargeBinary(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("counted_at_ms", sa.Integer(), nullable=False),
        sa.Column("recount", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_stock_count")),
    )


def _create_stock_level() -> None:
    op.create_table(
        "stock_level",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("on_hand_milli", sa.Integer(), nullable=False),
        sa.Column("worth_minor", sa.Integer(), nullable=False),
        sa.Column("unit_mills", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_stock_level")),
    )


def _create_stock_movement() -> None:
    op.create_table(
        "stock_movement",
        sa.Column("event_id", sa.LargeBinary(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("quantity_milli", sa.Integer(), nullable=False),
        sa.Column("on_hand_after_milli", sa.Integer(), nullable=False),
        sa.Column("oversold", sa.Boolean(), nullable=False),
        sa.Column("business_date", sa.String(), nullable=True),
        sa.Column("moved_at_ms", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("cost_minor", sa.Integer(), nullable=True),
        sa.Column("difference_minor", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "line_no", name=op.f("pk_stock_movement")),
    )
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stock_movement_day",
            ["business_date"],
            unique=False,
            sqlite_where=sa.text("kind NOT IN ('sale', 'return')"),
        )
        batch_op.create_index(
            "ix_stock_movement_serial",
            ["item_id", "serial"],
            unique=False,
            sqlite_where=sa.text("serial IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_stock_movement_item_id"), ["item_id"], unique=False)


def _create_suspended_basket() -> None:
    op.create_table(
        "suspended_basket",
        sa.Column("basket_id", sa.LargeBinary(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("suspended_at_ms", sa.Integer(), nullable=False),
        sa.Column("business_date", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("total_minor", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("basket_id", name=op.f("pk_suspended_basket")),
    )


def _create_tax_rate() -> None:
    op.create_table(
        "tax_rate",
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("effective_from", sa.String(), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tax_class", "effective_from", name=op.f("pk_tax_rate")),
    )


def _create_tender() -> None:
    op.create_table(
        "tender",
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("refundable", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tender_id", name=op.f("pk_tender")),
    )


def _create_cash_moved() -> None:
    op.create_table(
        "cash_moved",
        sa.Column("event_id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("till_session_id", sa.LargeBinary(), nullable=True),
        sa.Column("business_date", sa.String(), nullable=True),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("till_minor", sa.Integer(), nullable=False),
        sa.Column("safe_minor", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("bag_number", sa.String(), nullable=True),
        sa.Column("pieces", sa.LargeBinary(), nullable=False),
        sa.Column("moved_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_cash_moved")),
    )
    with op.batch_alter_table("cash_moved", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cash_moved_business_date"), ["business_date"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_cash_moved_till_session_id"), ["till_session_id"], unique=False
        )


def _create_till_count() -> None:
    op.create_table(
        "till_count",
        sa.Column("count_id", sa.LargeBinary(), nullable=False),
        sa.Column("till_session_id", sa.LargeBinary(), nullable=False),
        sa.Column("counted_at_ms", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("count_id", name=op.f("pk_till_count")),
    )
    with op.batch_alter_table("till_count", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_till_count_till_session_id"), ["till_session_id"], unique=False
        )


def _create_till_tender() -> None:
    op.create_table(
        "till_tender",
        sa.Column("till_session_id", sa.LargeBinary(), nullable=False),
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("expected_minor", sa.Integer(), nullable=False),
        sa.Column("counted_minor", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("till_session_id", "tender_id", name=op.f("pk_till_tender")),
    )


def _create_till_session() -> None:
    op.create_table(
        "till_session",
        sa.Column("till_session_id", sa.LargeBinary(), nullable=False),
        sa.Column("till_id", sa.String(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("business_date", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("float_minor", sa.Integer(), nullable=False),
        sa.Column("opened_at_ms", sa.Integer(), nullable=False),
        sa.Column("expected_cash_minor", sa.Integer(), nullable=True),
        sa.Column("counted_cash_minor", sa.Integer(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_at_ms", sa.Integer(), nullable=True),
        sa.Column("carried_id", sa.LargeBinary(), nullable=True),
        sa.Column("held_by", sa.String(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("till_session_id", name=op.f("pk_till_session")),
    )
    with op.batch_alter_table("till_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_till_session_business_date"), ["business_date"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_till_session_till_id"), ["till_id"], unique=False)


def _create_transfer() -> None:
    op.create_table(
        "transfer",
        sa.Column("transfer_id", sa.LargeBinary(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("intent_id", sa.LargeBinary(), nullable=False),
        sa.Column("other_store", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("wish_id", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_transfer")),
    )
    op.create_table(
        "transfer_note",
        sa.Column("note_id", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("subject_id", sa.LargeBinary(), nullable=False),
        sa.Column("other_store", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("lines", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_transfer_note")),
    )
    with op.batch_alter_table("transfer_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transfer_note_subject_id"), ["subject_id"], unique=False
        )
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfer_intent_id"), ["intent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_transfer_wish_id"), ["wish_id"], unique=False)


def _create_purchase_orders() -> None:
    op.create_table(
        "purchase_order",
        sa.Column("order_id", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("expected_on", sa.String(), nullable=True),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("changed_at_ms", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_purchase_order")),
    )
    op.create_table(
        "purchase_order_line",
        sa.Column("order_id", sa.LargeBinary(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("quantity_milli", sa.Integer(), nullable=False),
        sa.Column("unit_cost_minor", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("cost_minor", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("order_id", "line_no", name=op.f("pk_purchase_order_line")),
    )
    op.create_table(
        "purchase_order_receipt",
        sa.Column("event_id", sa.LargeBinary(), nullable=False),
        sa.Column("order_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_purchase_order_receipt")),
    )
    with op.batch_alter_table("purchase_order_receipt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_purchase_order_receipt_order_id"), ["order_id"], unique=False
        )


def _create_told() -> None:
    op.create_table(
        "order_told",
        sa.Column("order_id", sa.LargeBinary(), nullable=False),
        sa.Column("event_id", sa.LargeBinary(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("news", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("expected_on", sa.String(), nullable=True),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("lines", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "event_id", "part", name=op.f("pk_order_told")),
    )
    op.create_table(
        "transfer_told",
        sa.Column("subject_id", sa.LargeBinary(), nullable=False),
        sa.Column("event_id", sa.LargeBinary(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("news", sa.String(), nullable=False),
        sa.Column("wish_id", sa.LargeBinary(), nullable=True),
        sa.Column("from_store_id", sa.LargeBinary(), nullable=True),
        sa.Column("from_code", sa.String(), nullable=False),
        sa.Column("to_store_id", sa.LargeBinary(), nullable=True),
        sa.Column("to_code", sa.String(), nullable=False),
        sa.Column("store_id", sa.LargeBinary(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("lines", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "event_id", "part", name=op.f("pk_transfer_told")),
    )
    with op.batch_alter_table("transfer_told", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfer_told_wish_id"), ["wish_id"], unique=False)


def _create_supplier_returns() -> None:
    op.create_table(
        "supplier_return",
        sa.Column("movement_id", sa.LargeBinary(), nullable=False),
        sa.Column("supplier_id", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("movement_id", name=op.f("pk_supplier_return")),
    )
    op.create_table(
        "supplier_credit",
        sa.Column("credit_id", sa.LargeBinary(), nullable=False),
        sa.Column("movement_id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("credit_id", name=op.f("pk_supplier_credit")),
    )
    with op.batch_alter_table("supplier_credit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_supplier_credit_movement_id"), ["movement_id"], unique=False
        )


def _create_unlock_challenge() -> None:
    op.create_table(
        "unlock_challenge",
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("challenge", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("operator_id", name=op.f("pk_unlock_challenge")),
    )


def _create_wrong_pin() -> None:
    op.create_table(
        "wrong_pin",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_wrong_pin")),
    )


def _create_snapshot_load() -> None:
    op.create_table(
        "snapshot_load",
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("set_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("data_set", "scope", name=op.f("pk_snapshot_load")),
    )


def _create_voucher_type() -> None:
    op.create_table(
        "voucher_type",
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("not_for", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tender_id", name=op.f("pk_voucher_type")),
    )


def _create_waiting_row() -> None:
    op.create_table(
        "waiting_row",
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("pub_seq", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("data_set", "scope", "pub_seq", name=op.f("pk_waiting_row")),
    )
    with op.batch_alter_table("waiting_row", schema=None) as batch_op:
        batch_op.create_index(
            "ix_waiting_row_key", ["data_set", "scope", "key", "pub_seq"], unique=False
        )


def _create_workstation() -> None:
    op.create_table(
        "workstation",
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("paired_at_ms", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workstation_id", name=op.f("pk_workstation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_workstation_token_hash")),
    )


def _create_sale_line() -> None:
    op.create_table(
        "sale_line",
        sa.Column("sale_id", sa.LargeBinary(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("scan_code", sa.String(), nullable=True),
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("tax_rate_bp", sa.Integer(), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("tax_version", sa.Integer(), nullable=False),
        sa.Column("price_version", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.Integer(), nullable=False),
        sa.Column("unit_cost_minor", sa.Integer(), nullable=True),
        sa.Column("quantity_milli", sa.Integer(), nullable=False),
        sa.Column("extended_minor", sa.Integer(), nullable=False),
        sa.Column("discount_minor", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("original_sale_id", sa.LargeBinary(), nullable=True),
        sa.Column("original_line_no", sa.Integer(), nullable=True),
        sa.Column("returned_milli", sa.Integer(), nullable=False),
        sa.Column("price_book", sa.String(), nullable=True),
        sa.Column("cost_minor", sa.Integer(), nullable=True),
        sa.Column("packs_milli", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.sale_id"], name=op.f("fk_sale_line_sale_id")),
        sa.PrimaryKeyConstraint("sale_id", "line_no", name=op.f("pk_sale_line")),
    )
    with op.batch_alter_table("sale_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sale_line_original",
            ["original_sale_id", "original_line_no"],
            unique=False,
            sqlite_where=sa.text("original_sale_id IS NOT NULL"),
        )


def _create_sale_tax() -> None:
    op.create_table(
        "sale_tax",
        sa.Column("sale_id", sa.LargeBinary(), nullable=False),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("tax_rate_bp", sa.Integer(), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("net_minor", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.sale_id"], name=op.f("fk_sale_tax_sale_id")),
        sa.PrimaryKeyConstraint(
            "sale_id",
            "is_return",
            "tax_class",
            "tax_rate_bp",
            "tax_included",
            name=op.f("pk_sale_tax"),
        ),
    )


def _create_sale_voucher() -> None:
    op.create_table(
        "sale_voucher",
        sa.Column("sale_id", sa.LargeBinary(), nullable=False),
        sa.Column("voucher_no", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sale_id"], ["sale.sale_id"], name=op.f("fk_sale_voucher_sale_id")
        ),
        sa.PrimaryKeyConstraint("sale_id", "voucher_no", name=op.f("pk_sale_voucher")),
    )
    op.create_index(op.f("ix_sale_voucher_number"), "sale_voucher", ["number"], unique=False)


def _create_sale_tender() -> None:
    op.create_table(
        "sale_tender",
        sa.Column("sale_id", sa.LargeBinary(), nullable=False),
        sa.Column("tender_no", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("tip_minor", sa.Integer(), nullable=False),
        sa.Column("foreign_currency", sa.String(), nullable=True),
        sa.Column("foreign_milli", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.sale_id"], name=op.f("fk_sale_tender_sale_id")),
        sa.PrimaryKeyConstraint("sale_id", "tender_no", name=op.f("pk_sale_tender")),
    )
    op.create_index(
        "ix_sale_tender_voucher",
        "sale_tender",
        ["reference"],
        unique=False,
        sqlite_where=sa.text("kind = 'voucher'"),
    )
