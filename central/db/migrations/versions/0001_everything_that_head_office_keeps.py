"""Everything that head office keeps."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = ("sequencer",)


def upgrade() -> None:
    _create_alarm()
    _create_api_token()
    _create_apply_turn()
    _create_audit()
    _create_authority()
    _create_board_session()
    _create_box_name()
    _create_business_day()
    _create_central_state()
    _create_claim()
    _create_company()
    _create_coupon()
    _create_customer_alias()
    _create_customer_erasure()
    _create_customer_field()
    _create_customer_match()
    _create_customer_proposal()
    _create_customers_matched()
    _create_handed_out()
    _create_day_total()
    _create_decision()
    _create_feed()
    _create_feed_latest()
    _create_feed_log()
    _create_file_layout()
    _create_snapshot()
    _create_snapshot_part()
    _create_grants_due()
    _create_leader()
    _create_listed_item()
    _create_listed_price()
    _create_live_code()
    _create_office_key()
    _create_lines_removed()
    _create_operator_act()
    _create_operator_pin()
    _create_payment_file()
    _create_payment_line()
    _create_deposit_decided()
    _create_personal_key()
    _create_pin_opened()
    _create_points_move()
    _create_price_zone()
    _create_promotion_draft()
    _create_publication()
    _create_quarantine()
    _create_raw_event()
    _create_recovery_code()
    _create_sale()
    _create_sale_line()
    _create_sale_modifier()
    _create_sale_tax()
    _create_sale_tender()
    _create_sale_voucher()
    _create_invoice()
    _create_sign_in_link()
    _create_stock_level()
    _create_stock_movement()
    _create_stock_transfer()
    _create_lots()
    _create_purchase_orders()
    _create_store_alarm()
    _create_stream()
    _create_cash()
    _create_till_carried()
    _create_till_session()
    _create_user()
    _create_written_off()
    _create_tail_closed()
    _create_exception_accepted()
    _create_rights()
    _create_granting()
    _create_counted_fact()
    _create_correction()
    _create_recovered_fact()
    _create_manifest_given()
    _create_day_signed()
    _create_stock_count()
    _create_stock_value()
    _create_alarm_clearing()
    _create_day_standing()
    _create_manifest_declared()
    _create_comparison()
    _create_store()
    _create_device()
    _create_enrol_code()
    op.bulk_insert(sa.table("leader", sa.column("role")), [{"role": role} for role in ROLES])


def downgrade() -> None:
    for table in TABLES[::-1]:
        op.drop_table(table)


TABLES = (
    "alarm",
    "api_token",
    "apply_turn",
    "audit",
    "authority",
    "board_session",
    "box_name",
    "business_day",
    "central_state",
    "claim",
    "company",
    "customer_alias",
    "customer_erasure",
    "customer_field",
    "customer_match",
    "customer_proposal",
    "customers_matched",
    "handed_out",
    "day_total",
    "decision",
    "feed",
    "feed_latest",
    "feed_log",
    "file_layout",
    "snapshot",
    "snapshot_part",
    "grants_due",
    "leader",
    "listed_item",
    "listed_price",
    "live_code",
    "office_key",
    "lines_removed",
    "operator_act",
    "operator_pin",
    "payment_file",
    "payment_line",
    "deposit_decided",
    "personal_key",
    "pin_opened",
    "points_move",
    "price_zone",
    "promotion_draft",
    "promotion_by_two",
    "publication",
    "quarantine",
    "raw_event",
    "recovery_code",
    "sale",
    "sale_line",
    "sale_modifier",
    "sale_tax",
    "sale_tender",
    "sale_voucher",
    "invoice",
    "sign_in_link",
    "stock_level",
    "stock_movement",
    "stock_transfer",
    "lot_movement",
    "lot_count",
    "transfer_note",
    "transfer_note_line",
    "purchase_order",
    "purchase_order_line",
    "purchase_order_end",
    "supplier_credit",
    "store_alarm",
    "stream",
    "cash_moved",
    "cash_pieces",
    "till_count",
    "counted_tender",
    "till_tender",
    "till_handed_over",
    "till_carried",
    "till_session",
    "user",
    "written_off",
    "tail_closed",
    "exception_accepted",
    "right_account",
    "right_held",
    "right_spend",
    "right_born",
    "right_released",
    "grant_given",
    "grant_answer",
    "request_given_up",
    "share_due",
    "goodwill_budget",
    "goodwill_given",
    "goodwill_due",
    "share_rule",
    "customer_day",
    "loyalty_program",
    "tier_by_hand",
    "points_given",
    "points_expired",
    "birth_month",
    "birth_month_told",
    "loyalty_due",
    "loyalty_swept",
    "telling_due",
    "coupon",
    "freed_epoch",
    "counted_fact",
    "correction",
    "recovered_fact",
    "manifest_given",
    "day_signed",
    "day_root",
    "stock_count",
    "stock_counted",
    "stock_valued",
    "stock_worth",
    "stock_put_right",
    "alarm_clearing",
    "day_standing",
    "manifest_declared",
    "comparison",
    "store",
    "device",
    "enrol_code",
)


def _create_alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("raised_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=True),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "alarm_id", name=op.f("pk_alarm")),
    )


def _create_api_token() -> None:
    op.create_table(
        "api_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_api_token")),
    )


def _create_apply_turn() -> None:
    op.create_table(
        "apply_turn",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("taken_back", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_apply_turn")),
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("audit_no", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("audit_no", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_company_id"), "audit", ["company_id"], unique=False)


def _create_authority() -> None:
    op.create_table(
        "authority",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("office_key", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "office_key", name=op.f("pk_authority")),
    )


def _create_box_name() -> None:
    op.create_table(
        "box_name",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "name", name=op.f("pk_box_name")),
    )


def _create_board_session() -> None:
    op.create_table(
        "board_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("waits_for_code", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_board_session")),
    )


def _create_business_day() -> None:
    op.create_table(
        "business_day",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("opened_seq", sa.BigInteger(), nullable=True),
        sa.Column("closed_seq", sa.BigInteger(), nullable=True),
        sa.Column("manifest", sa.LargeBinary(), nullable=True),
        sa.Column("reopened_seq", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "store_id",
            "business_date",
            "epoch_number",
            "epoch_fingerprint",
            name=op.f("pk_business_day"),
        ),
    )


def _create_central_state() -> None:
    op.create_table(
        "central_state",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("incarnation", sa.Uuid(), nullable=False),
        sa.Column("parent_incarnation", sa.Uuid(), nullable=True),
        sa.Column("last_decision_no", sa.BigInteger(), nullable=False),
        sa.Column("last_decision_hash", sa.LargeBinary(), nullable=True),
        sa.Column("begun_at_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lost_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("mirror_no", sa.BigInteger(), nullable=True),
        sa.Column("mirror_hash", sa.LargeBinary(), nullable=True),
        sa.Column("server", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_central_state")),
    )


def _create_claim() -> None:
    op.create_table(
        "claim",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("heard_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id",
            "epoch_number",
            "epoch_fingerprint",
            "seq",
            "hash",
            name=op.f("pk_claim"),
        ),
    )


def _create_company() -> None:
    op.create_table(
        "company",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("late_after_days", sa.Integer(), server_default="5", nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_company")),
        sa.UniqueConstraint("name", name=op.f("uq_company_name")),
    )


def _create_customer_field() -> None:
    op.create_table(
        "customer_field",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Uuid(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "company_id", "customer_id", "field", name=op.f("pk_customer_field")
        ),
    )


def _create_handed_out() -> None:
    op.create_table(
        "handed_out",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "data_set", "scope", name=op.f("pk_handed_out")),
    )


def _create_coupon() -> None:
    op.create_table(
        "coupon",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "account_id", name=op.f("pk_coupon")),
    )
    op.create_index(
        op.f("ix_coupon_company_id_batch"), "coupon", ["company_id", "batch"], unique=False
    )


def _create_customer_alias() -> None:
    op.create_table(
        "customer_alias",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("alias_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("joins", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "company_id", "alias_id", "kept_id", name=op.f("pk_customer_alias")
        ),
    )


def _create_customer_erasure() -> None:
    op.create_table(
        "customer_erasure",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "customer_id", name=op.f("pk_customer_erasure")),
    )


def _create_customer_match() -> None:
    op.create_table(
        "customer_match",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "company_id", "customer_id", "field", name=op.f("pk_customer_match")
        ),
    )
    op.create_index(
        op.f("ix_customer_match_company_id_field_digest"),
        "customer_match",
        ["company_id", "field", "digest"],
        unique=False,
    )


def _create_customer_proposal() -> None:
    op.create_table(
        "customer_proposal",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("alias_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("found_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "company_id", "alias_id", "kept_id", name=op.f("pk_customer_proposal")
        ),
    )


def _create_customers_matched() -> None:
    op.create_table(
        "customers_matched",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("key_name", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_customers_matched")),
    )


def _create_day_total() -> None:
    op.create_table(
        "day_total",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "business_date", "figure", name=op.f("pk_day_total")),
    )


def _create_decision() -> None:
    op.create_table(
        "decision",
        sa.Column("decision_no", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("decided_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("decision_no", name=op.f("pk_decision")),
    )


def _create_feed() -> None:
    op.create_table(
        "feed",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("set_hash", sa.LargeBinary(), nullable=False),
        sa.Column("floor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("floor_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "data_set", "scope", name=op.f("pk_feed")),
    )


def _create_feed_latest() -> None:
    op.create_table(
        "feed_latest",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pub_seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint(
            "company_id", "data_set", "scope", "key", name=op.f("pk_feed_latest")
        ),
    )
    op.create_index(
        "ix_feed_latest_told",
        "feed_latest",
        ["company_id", "data_set", sa.text("split_part(key, '@', 1)")],
        postgresql_where=sa.text("data_set IN ('purchase_orders', 'transfers')"),
    )


def _create_feed_log() -> None:
    op.create_table(
        "feed_log",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("pub_seq", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("set_hash", sa.LargeBinary(), nullable=False),
        sa.Column("publication", sa.Uuid(), nullable=False),
        sa.Column(
            "at_ms",
            sa.BigInteger(),
            server_default=sa.text("(extract(epoch FROM now()) * 1000)::bigint"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint(
            "company_id", "data_set", "scope", "pub_seq", name=op.f("pk_feed_log")
        ),
    )


def _create_snapshot() -> None:
    op.create_table(
        "snapshot",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("set_hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "data_set", "scope", name=op.f("pk_snapshot")),
    )


def _create_snapshot_part() -> None:
    op.create_table(
        "snapshot_part",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("wanted_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "company_id", "data_set", "scope", "name", name=op.f("pk_snapshot_part")
        ),
    )


def _create_file_layout() -> None:
    op.create_table(
        "file_layout",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "about", "fingerprint", name=op.f("pk_file_layout")),
    )


def _create_payment_file() -> None:
    op.create_table(
        "payment_file",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("brought_by", sa.String(), nullable=False),
        sa.Column("brought_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "file_id", name=op.f("pk_payment_file")),
        sa.UniqueConstraint("company_id", "digest", name=op.f("uq_payment_file_company_id_digest")),
    )


def _create_payment_line() -> None:
    op.create_table(
        "payment_line",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=True),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("matched_by", sa.String(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("taken_id", sa.Uuid(), nullable=True),
        sa.Column("taken_no", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "file_id", "line_no", name=op.f("pk_payment_line")),
    )
    op.create_index(
        "uq_payment_line_taken",
        "payment_line",
        ["company_id", "store_id", "taken_id", "taken_no"],
        unique=True,
        postgresql_where=sa.text("taken_id IS NOT NULL"),
    )


def _create_deposit_decided() -> None:
    op.create_table(
        "deposit_decided",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("deposit_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "company_id", "store_id", "deposit_id", name=op.f("pk_deposit_decided")
        ),
    )


def _create_grants_due() -> None:
    op.create_table(
        "grants_due",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("stores", sa.Integer(), nullable=False),
        sa.Column("after_customer_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "company_id", "store_id", "epoch_number", name=op.f("pk_grants_due")
        ),
    )


def _create_office_key() -> None:
    op.create_table(
        "office_key",
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("public_key", name=op.f("pk_office_key")),
    )


def _create_leader() -> None:
    op.create_table(
        "leader",
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_leader")),
    )


def _create_listed_item() -> None:
    op.create_table(
        "listed_item",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "item_id", name=op.f("pk_listed_item")),
    )
    op.create_index(
        op.f("ix_listed_item_company_id_name_key_item_id"),
        "listed_item",
        ["company_id", "name_key", "item_id"],
        unique=False,
    )
    op.create_index("ix_listed_item_words", "listed_item", ["words"], postgresql_using="gin")


def _create_listed_price() -> None:
    op.create_table(
        "listed_price",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("effective_from_ms", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "company_id", "item_id", "zone", "effective_from_ms", name=op.f("pk_listed_price")
        ),
    )


def _create_live_code() -> None:
    op.create_table(
        "live_code",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("item_name", sa.String(), nullable=False),
        sa.Column("pack", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "code_key", name=op.f("pk_live_code")),
    )
    op.create_index(op.f("ix_live_code_item_id"), "live_code", ["item_id"], unique=False)


def _create_promotion_draft() -> None:
    op.create_table(
        "promotion_draft",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("promotion_id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("upon", sa.LargeBinary(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "promotion_id", name=op.f("pk_promotion_draft")),
    )
    op.create_table(
        "promotion_by_two",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("two", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_promotion_by_two")),
    )


def _create_price_zone() -> None:
    op.create_table(
        "price_zone",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "zone", name=op.f("pk_price_zone")),
    )


def _create_lines_removed() -> None:
    op.create_table(
        "lines_removed",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("removal_id", sa.Uuid(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("basket_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=True),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("items", sa.String(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "removal_id", name=op.f("pk_lines_removed")),
    )
    op.create_index(
        op.f("ix_lines_removed_store_id_at_ms"),
        "lines_removed",
        ["store_id", "at_ms"],
        unique=False,
    )


def _create_operator_act() -> None:
    op.create_table(
        "operator_act",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=True),
        sa.Column("by_operator_id", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "act_id", name=op.f("pk_operator_act")),
    )
    op.create_index(
        op.f("ix_operator_act_store_id_at_ms"), "operator_act", ["store_id", "at_ms"], unique=False
    )


def _create_operator_pin() -> None:
    op.create_table(
        "operator_pin",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "operator_id", name=op.f("pk_operator_pin")),
    )


def _create_pin_opened() -> None:
    op.create_table(
        "pin_opened",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "operator_id", name=op.f("pk_pin_opened")),
    )


def _create_personal_key() -> None:
    op.create_table(
        "personal_key",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "customer_id", name=op.f("pk_personal_key")),
    )


def _create_points_move() -> None:
    op.create_table(
        "points_move",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("taken_back", sa.BigInteger(), nullable=False),
        sa.Column("debt", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", name=op.f("pk_points_move")),
    )
    op.create_index(op.f("ix_points_move_customer_id"), "points_move", ["customer_id"])


def _create_publication() -> None:
    op.create_table(
        "publication",
        sa.Column("waiting_no", sa.BigInteger(), nullable=False),
        sa.Column("publication", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("data_set", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("waiting_no", name=op.f("pk_publication")),
    )


def _create_quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("root_kind", sa.String(), nullable=True),
        sa.Column("root_id", sa.Uuid(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("applier_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "epoch_number", "epoch_fingerprint", "seq", name=op.f("pk_quarantine")
        ),
    )


def _create_raw_event() -> None:
    op.create_table(
        "raw_event",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("kind_version", sa.Integer(), nullable=False),
        sa.Column("occurred_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("utc_offset_s", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.Uuid(), nullable=False),
        sa.Column("hlc", sa.BigInteger(), nullable=False),
        sa.Column("clock_state", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("damaged", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "epoch_number", "epoch_fingerprint", "seq", name=op.f("pk_raw_event")
        ),
    )
    op.create_index(
        "ix_raw_event_recovered",
        "raw_event",
        ["store_id", "epoch_number", "epoch_fingerprint", "seq"],
        unique=False,
        postgresql_where=sa.text("kind = 'event_recovered'"),
    )


def _create_recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "email", "code_hash", name=op.f("pk_recovery_code")),
    )


def _create_sale() -> None:
    op.create_table(
        "sale",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("receipt_number", sa.String(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("till_session_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("tendered_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("rounding_minor", sa.BigInteger(), nullable=False),
        sa.Column("change_minor", sa.BigInteger(), nullable=False),
        sa.Column("points_earned", sa.BigInteger(), nullable=False),
        sa.Column("points_taken_back", sa.BigInteger(), nullable=False),
        sa.Column("points_debt", sa.BigInteger(), nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("post_void_of", sa.Uuid(), nullable=True),
        sa.Column("points_given_back", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", name=op.f("pk_sale")),
    )
    op.create_index(
        op.f("ix_sale_store_id_receipt_number"),
        "sale",
        ["store_id", "receipt_number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sale_store_id_business_date_epoch_number_epoch_fingerprint"),
        "sale",
        ["store_id", "business_date", "epoch_number", "epoch_fingerprint"],
        unique=False,
    )
    op.create_index(
        "ix_sale_voiding",
        "sale",
        ["store_id", "post_void_of"],
        unique=False,
        postgresql_where=sa.text("post_void_of IS NOT NULL"),
    )


def _create_sale_line() -> None:
    op.create_table(
        "sale_line",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("scan_code", sa.String(), nullable=True),
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("tax_rate_bp", sa.Integer(), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("tax_version", sa.BigInteger(), nullable=False),
        sa.Column("price_version", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("extended_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("original_sale_id", sa.Uuid(), nullable=True),
        sa.Column("original_line_no", sa.Integer(), nullable=True),
        sa.Column("original_store_id", sa.Uuid(), nullable=True),
        sa.Column("unverified", sa.String(), nullable=True),
        sa.Column("price_book", sa.String(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("packs_milli", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "store_id",
            "business_date",
            "sale_id",
            "line_no",
            name=op.f("pk_sale_line"),
            postgresql_include=["quantity_milli", "discount_minor", "amount_minor"],
        ),
    )
    op.create_index(
        "ix_sale_line_returned",
        "sale_line",
        ["store_id", "original_sale_id", "original_line_no"],
        unique=False,
        postgresql_where=sa.text("original_sale_id IS NOT NULL"),
    )
    op.create_index(
        "ix_sale_line_price_book",
        "sale_line",
        ["store_id", "business_date"],
        unique=False,
        postgresql_where=sa.text("price_book IS NOT NULL"),
    )
    op.create_index(
        "ix_sale_line_unverified",
        "sale_line",
        ["store_id", "sale_id"],
        unique=False,
        postgresql_where=sa.text("unverified IS NOT NULL"),
    )


def _create_sale_tax() -> None:
    op.create_table(
        "sale_tax",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("tax_rate_bp", sa.Integer(), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id",
            "business_date",
            "sale_id",
            "is_return",
            "tax_class",
            "tax_rate_bp",
            "tax_included",
            name=op.f("pk_sale_tax"),
            postgresql_include=["net_minor", "tax_minor"],
        ),
    )


def _create_sale_modifier() -> None:
    op.create_table(
        "sale_modifier",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("modifier_no", sa.Integer(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("promotion_id", sa.String(), nullable=True),
        sa.Column("promotion_version", sa.BigInteger(), nullable=True),
        sa.Column("operator_id", sa.String(), nullable=True),
        sa.Column("coupon", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id",
            "business_date",
            "sale_id",
            "line_no",
            "modifier_no",
            name=op.f("pk_sale_modifier"),
        ),
    )
    op.create_index(
        "ix_sale_modifier_price_override",
        "sale_modifier",
        ["store_id", "sale_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'price_override'"),
    )


def _create_sale_voucher() -> None:
    op.create_table(
        "sale_voucher",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("voucher_no", sa.Integer(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", "voucher_no", name=op.f("pk_sale_voucher")),
    )


def _create_invoice() -> None:
    op.create_table(
        "invoice",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", name=op.f("pk_invoice")),
    )
    op.create_index(op.f("ix_invoice_customer_id"), "invoice", ["customer_id"], unique=False)


def _create_sale_tender() -> None:
    op.create_table(
        "sale_tender",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("tender_no", sa.Integer(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("tip_minor", sa.BigInteger(), nullable=False),
        sa.Column("foreign_currency", sa.String(), nullable=True),
        sa.Column("foreign_milli", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "store_id",
            "business_date",
            "sale_id",
            "tender_no",
            name=op.f("pk_sale_tender"),
            postgresql_include=["tender_id", "amount_minor", "points", "tip_minor"],
        ),
    )
    op.create_index(
        "ix_sale_tender_unsure",
        "sale_tender",
        ["store_id", "business_date"],
        unique=False,
        postgresql_where=sa.text("outcome IN ('offline', 'on_sight')"),
    )
    op.create_index(
        "ix_sale_tender_voucher",
        "sale_tender",
        ["store_id", "sale_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'voucher'"),
    )


def _create_sign_in_link() -> None:
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )


def _create_stock_level() -> None:
    op.create_table(
        "stock_level",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("on_hand_milli", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "item_id", name=op.f("pk_stock_level")),
    )


def _create_stock_transfer() -> None:
    op.create_table(
        "stock_transfer",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=True),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("moved_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("other_store_id", sa.Uuid(), nullable=True),
        sa.Column("wish_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "event_id", name=op.f("pk_stock_transfer")),
    )
    op.create_index(op.f("ix_stock_transfer_wish_id"), "stock_transfer", ["wish_id"], unique=False)
    op.create_table(
        "transfer_note",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("other_store_id", sa.Uuid(), nullable=True),
        sa.Column("other_code", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("noted_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "note_id", name=op.f("pk_transfer_note")),
    )
    op.create_index(
        op.f("ix_transfer_note_subject_id"), "transfer_note", ["subject_id"], unique=False
    )
    op.create_table(
        "transfer_note_line",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "note_id", "line_no", name=op.f("pk_transfer_note_line")
        ),
    )
    op.create_index(
        op.f("ix_stock_transfer_intent_id"), "stock_transfer", ["intent_id"], unique=False
    )


def _create_purchase_orders() -> None:
    op.create_table(
        "purchase_order",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("sent_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("pk_purchase_order")),
    )
    op.create_table(
        "purchase_order_line",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint(
            "store_id", "order_id", "line_no", name=op.f("pk_purchase_order_line")
        ),
    )
    op.create_table(
        "purchase_order_end",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "closing_id", name=op.f("pk_purchase_order_end")),
    )
    op.create_index(
        op.f("ix_purchase_order_end_order_id"), "purchase_order_end", ["order_id"], unique=False
    )
    op.create_table(
        "supplier_credit",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("credit_id", sa.Uuid(), nullable=False),
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("noted_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "credit_id", name=op.f("pk_supplier_credit")),
    )
    op.create_index(
        op.f("ix_supplier_credit_movement_id"), "supplier_credit", ["movement_id"], unique=False
    )


def _create_lots() -> None:
    op.create_table(
        "lot_movement",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("serial", sa.String(), nullable=True),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "event_id", "line_no", name=op.f("pk_lot_movement")),
    )
    op.create_index(
        op.f("ix_lot_movement_store_id_item_id"),
        "lot_movement",
        ["store_id", "item_id"],
        unique=False,
    )
    op.create_index(
        "ix_lot_movement_serial",
        "lot_movement",
        ["item_id", "serial"],
        unique=False,
        postgresql_where=sa.text("serial IS NOT NULL"),
    )
    op.create_table(
        "lot_count",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("counted_milli", sa.BigInteger(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seen_through", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("parent_through", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "event_id", "line_no", name=op.f("pk_lot_count")),
    )
    op.create_index(
        op.f("ix_lot_count_store_id_item_id"), "lot_count", ["store_id", "item_id"], unique=False
    )


def _create_stock_movement() -> None:
    op.create_table(
        "stock_movement",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("unit_cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("supplier_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "event_id", "line_no", name=op.f("pk_stock_movement")),
    )
    op.create_index(
        op.f("ix_stock_movement_order_id"), "stock_movement", ["order_id"], unique=False
    )
    op.create_index(
        op.f("ix_stock_movement_store_id_business_date"),
        "stock_movement",
        ["store_id", "business_date"],
        unique=False,
    )


def _create_store_alarm() -> None:
    op.create_table(
        "store_alarm",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("occurred_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "alarm_id", name=op.f("pk_store_alarm")),
    )


def _create_stream() -> None:
    op.create_table(
        "stream",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("genesis", sa.LargeBinary(), nullable=False),
        sa.Column("genesis_signature", sa.LargeBinary(), nullable=False),
        sa.Column("watermark", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_seq", sa.BigInteger(), nullable=True),
        sa.Column("sealed_through", sa.BigInteger(), nullable=True),
        sa.Column("alarm", sa.String(), nullable=True),
        sa.Column("sender_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_contact_ms", sa.BigInteger(), nullable=True),
        sa.Column("health", sa.LargeBinary(), nullable=True),
        sa.Column("applied_through", sa.BigInteger(), nullable=False),
        sa.Column("rights_stated_ms", sa.BigInteger(), nullable=True),
        sa.Column("holes", sa.LargeBinary(), nullable=True),
        sa.Column("health_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "store_id", "epoch_number", "epoch_fingerprint", name=op.f("pk_stream")
        ),
    )


def _create_cash() -> None:
    op.create_table(
        "cash_moved",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("till_session_id", sa.Uuid(), nullable=True),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("till_minor", sa.BigInteger(), nullable=False),
        sa.Column("safe_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("bag_number", sa.String(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "event_id", name=op.f("pk_cash_moved")),
    )
    op.create_index(
        op.f("ix_cash_moved_store_id_business_date"),
        "cash_moved",
        ["store_id", "business_date"],
        unique=False,
    )
    op.create_index(
        "ix_cash_moved_deposits",
        "cash_moved",
        ["store_id", "at_ms"],
        unique=False,
        postgresql_where=sa.text("kind = 'deposit'"),
    )
    op.create_table(
        "cash_pieces",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("face_minor", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "event_id", "face_minor", name=op.f("pk_cash_pieces")),
    )
    op.create_table(
        "till_count",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("count_id", sa.Uuid(), nullable=False),
        sa.Column("till_session_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("expected_cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("counted_cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "count_id", name=op.f("pk_till_count")),
    )
    op.create_index(
        op.f("ix_till_count_store_id_till_session_id"),
        "till_count",
        ["store_id", "till_session_id"],
        unique=False,
    )
    _create_counted_tenders()


def _create_counted_tenders() -> None:
    op.create_table(
        "counted_tender",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("count_id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("expected_minor", sa.BigInteger(), nullable=False),
        sa.Column("counted_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "count_id", "tender_id", name=op.f("pk_counted_tender")
        ),
    )
    op.create_table(
        "till_tender",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.String(), nullable=False),
        sa.Column("till_session_id", sa.Uuid(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("expected_minor", sa.BigInteger(), nullable=False),
        sa.Column("counted_minor", sa.BigInteger(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "event_id", "tender_id", name=op.f("pk_till_tender")),
    )
    op.create_index(
        op.f("ix_till_tender_store_id_business_date"),
        "till_tender",
        ["store_id", "business_date"],
        unique=False,
    )
    op.create_table(
        "till_handed_over",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("till_session_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("from_operator_id", sa.String(), nullable=False),
        sa.Column("to_operator_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("count_id", sa.Uuid(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "handover_id", name=op.f("pk_till_handed_over")),
    )
    op.create_index(
        op.f("ix_till_handed_over_store_id_till_session_id"),
        "till_handed_over",
        ["store_id", "till_session_id"],
        unique=False,
    )


def _create_till_carried() -> None:
    op.create_table(
        "till_carried",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("till_session_id", sa.Uuid(), nullable=False),
        sa.Column("carried_id", sa.Uuid(), nullable=False),
        sa.Column("counted_cash_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "till_session_id", name=op.f("pk_till_carried")),
    )
    op.create_index(
        op.f("ix_till_carried_store_id_carried_id"),
        "till_carried",
        ["store_id", "carried_id"],
        unique=False,
    )


def _create_till_session() -> None:
    op.create_table(
        "till_session",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("till_session_id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.String(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("float_minor", sa.BigInteger(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("moved_minor", sa.BigInteger(), nullable=False),
        sa.Column("expected_cash_minor", sa.BigInteger(), nullable=True),
        sa.Column("counted_cash_minor", sa.BigInteger(), nullable=True),
        sa.Column("settled_epoch_number", sa.Integer(), nullable=True),
        sa.Column("settled_epoch_fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("settled_seq", sa.BigInteger(), nullable=True),
        sa.Column("settled_id", sa.Uuid(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "till_session_id", name=op.f("pk_till_session")),
    )
    op.create_index(
        op.f("ix_till_session_store_id_business_date"),
        "till_session",
        ["store_id", "business_date"],
        unique=False,
    )


def _create_user() -> None:
    op.create_table(
        "user",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_on", sa.Boolean(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("code_failures", sa.Integer(), nullable=False),
        sa.Column("code_until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "email", name=op.f("pk_user")),
    )


def _create_written_off() -> None:
    op.create_table(
        "written_off",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "epoch_number", "epoch_fingerprint", name=op.f("pk_written_off")
        ),
    )


def _create_manifest_given() -> None:
    op.create_table(
        "manifest_given",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id",
            "business_date",
            "epoch_number",
            "epoch_fingerprint",
            "seq",
            name=op.f("pk_manifest_given"),
        ),
    )


def _create_correction() -> None:
    op.create_table(
        "correction",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("kind_version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "epoch_number", "epoch_fingerprint", "seq", name=op.f("pk_correction")
        ),
    )


def _create_day_signed() -> None:
    op.create_table(
        "day_signed",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("signing", sa.Integer(), nullable=False),
        sa.Column("counted", sa.LargeBinary(), nullable=False),
        sa.Column("declared", sa.LargeBinary(), nullable=True),
        sa.Column("through", sa.LargeBinary(), nullable=False),
        sa.Column("exception_minor", sa.BigInteger(), nullable=True),
        sa.Column("exception", sa.String(), nullable=False),
        sa.Column("signed_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "business_date", "signing", name=op.f("pk_day_signed")),
    )
    op.create_table(
        "day_root",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("incarnation", sa.Uuid(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "business_date", name=op.f("pk_day_root")),
    )


def _create_exception_accepted() -> None:
    op.create_table(
        "exception_accepted",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_key", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "company_id", "kind", "case_key", name=op.f("pk_exception_accepted")
        ),
    )


def _create_tail_closed() -> None:
    op.create_table(
        "tail_closed",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("unheard", sa.String(), nullable=False),
        sa.Column("heard", sa.BigInteger(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("aside", sa.String(), nullable=False),
        sa.Column("unknown", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "epoch_number", "epoch_fingerprint", name=op.f("pk_tail_closed")
        ),
    )


def _create_rights() -> None:
    _create_right_sums()
    _create_right_moves()
    _create_right_born()
    _create_right_grants()


def _create_right_sums() -> None:
    op.create_table(
        "right_account",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        *_sums("opening", "earned", "spent", "taken_back", "granted", "entries"),
        sa.PrimaryKeyConstraint("company_id", "kind", "account_id", name=op.f("pk_right_account")),
    )
    op.create_table(
        "right_held",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        *_epoch(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        *_sums("earned", "granted", "used", "released", "entries"),
        sa.PrimaryKeyConstraint(
            *("store_id", "epoch_number", "epoch_fingerprint", "kind", "account_id"),
            name=op.f("pk_right_held"),
        ),
    )
    op.create_index(
        op.f("ix_right_held_account_id_kind"), "right_held", ["account_id", "kind"], unique=False
    )


def _create_right_moves() -> None:
    for table, by in (("right_spend", "sale_id"), ("right_released", "event_id")):
        op.create_table(
            table,
            sa.Column("store_id", sa.Uuid(), nullable=False),
            sa.Column(by, sa.Uuid(), nullable=False),
            sa.Column("root", sa.Uuid(), nullable=False),
            sa.Column("line_no", sa.Integer(), nullable=False),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("account_id", sa.Uuid(), nullable=False),
            *_sums("amount"),
            sa.PrimaryKeyConstraint("store_id", by, "root", "line_no", name=op.f(f"pk_{table}")),
        )
        op.create_index(
            op.f(f"ix_{table}_store_id_root_line_no"),
            table,
            ["store_id", "root", "line_no"],
            unique=False,
        )


def _create_right_born() -> None:
    op.create_table(
        "right_born",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        *_sums("amount"),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "sale_id", "line_no", name=op.f("pk_right_born")),
    )
    for table in ("right_born", "right_spend"):
        op.create_index(
            op.f(f"ix_{table}_account_id_kind"), table, ["account_id", "kind"], unique=False
        )


def _create_right_grants() -> None:
    until = sa.Column("until", sa.Date(), nullable=True)
    for table, by, amounts, more in (
        ("grant_given", "grant_id", ("amount",), ()),
        ("grant_answer", "request_id", ("asked", "granted"), (until,)),
    ):
        op.create_table(
            table,
            sa.Column("store_id", sa.Uuid(), nullable=False),
            sa.Column(by, sa.Uuid(), nullable=False),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("account_id", sa.Uuid(), nullable=False),
            *_sums(*amounts),
            *_epoch(),
            *more,
            sa.PrimaryKeyConstraint("store_id", by, name=op.f(f"pk_{table}")),
        )
    op.create_index(
        op.f("ix_grant_answer_account_id_kind"),
        "grant_answer",
        ["account_id", "kind"],
        unique=False,
    )
    op.create_table(
        "request_given_up",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        *_epoch(),
        *_sums("seq"),
        sa.PrimaryKeyConstraint("store_id", "request_id", name=op.f("pk_request_given_up")),
    )


def _create_granting() -> None:
    op.create_table(
        "share_due",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "kind", "account_id", name=op.f("pk_share_due")),
    )
    op.create_table(
        "share_rule",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("percents", sa.String(), nullable=False),
        *_sums("cap"),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_share_rule")),
    )
    op.create_table(
        "freed_epoch",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        *_epoch(),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            *("store_id", "epoch_number", "epoch_fingerprint", "state"),
            name=op.f("pk_freed_epoch"),
        ),
    )
    _create_goodwill()
    _create_loyalty()


def _create_goodwill() -> None:
    op.create_table(
        "goodwill_budget",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        *_sums("amount"),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "kind", "from_date", name=op.f("pk_goodwill_budget")),
    )
    op.create_table(
        "goodwill_given",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        *_epoch(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        *_sums("amount"),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint(
            *("store_id", "epoch_number", "epoch_fingerprint", "kind", "from_date"),
            name=op.f("pk_goodwill_given"),
        ),
    )
    op.create_table(
        "goodwill_due",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "store_id", name=op.f("pk_goodwill_due")),
    )


def _create_loyalty() -> None:
    word, day = _word, _day
    _of_company(
        "customer_day",
        ("company_id", "customer_id", "currency", "business_date"),
        *(word("currency"), day("business_date")),
        *_sums("spent_minor", "points_in", "points_out", "entries"),
    )
    _of_company(
        "loyalty_program",
        ("company_id",),
        sa.Column("window_months", sa.Integer(), nullable=False),
        *_sums("welcome_points", "birthday_points", "entered_points"),
        word("expiry"),
        sa.Column("expiry_months", sa.Integer(), nullable=False),
        *(day("since"), word("reason"), word("decided_by")),
    )
    whose = ("company_id", "customer_id")
    said = (word("tier"), day("until"), word("reason"), word("decided_by"))
    _of_company("tier_by_hand", whose, *said)
    _of_company(
        "points_given",
        (*whose, "occasion", "named"),
        word("occasion"),
        word("named"),
        *_sums("points"),
        day("given_on"),
        word("reason"),
        word("decided_by"),
    )
    sums = _sums("points", "entries")
    _of_company("points_expired", (*whose, "expired_on"), day("expired_on"), *sums)
    _of_company("birth_month", whose, _sealed(), word("decided_by"))
    hlc = sa.Column("hlc", sa.BigInteger(), nullable=False)
    _of_company("birth_month_told", whose, hlc, _sealed())
    _of_company("loyalty_due", whose)
    _of_company("loyalty_swept", ("company_id",), day("month"))
    _of_company("telling_due", ("company_id", "data_set", "subject_id"), word("data_set"))


def _of_company(name: str, key: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    ids = [sa.Column(one, sa.Uuid(), nullable=False) for one in key if one.endswith("_id")]
    op.create_table(name, *ids, *columns, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")))


def _store_id() -> sa.Column[Any]:
    return sa.Column("store_id", sa.Uuid(), nullable=False)


def _sealed() -> sa.Column[bytes]:
    return sa.Column("sealed", sa.LargeBinary(), nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _day(name: str) -> sa.Column[date]:
    return sa.Column(name, sa.Date(), nullable=False)


def _epoch() -> tuple[sa.Column[int], sa.Column[bytes]]:
    return (
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
    )


def _sums(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _create_counted_fact() -> None:
    op.create_table(
        "counted_fact",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "kind", "fact_id", name=op.f("pk_counted_fact")),
    )


def _create_recovered_fact() -> None:
    op.create_table(
        "recovered_fact",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body_digest", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("workstation_id", sa.String(), nullable=True),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "kind", "fact_id", name=op.f("pk_recovered_fact")),
    )


def _create_stock_count() -> None:
    op.create_table(
        "stock_count",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seen_through", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("parent_through", sa.BigInteger(), nullable=False),
        sa.Column("counted_milli", sa.BigInteger(), nullable=False),
        sa.Column("seen_milli", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "item_id", name=op.f("pk_stock_count")),
    )


def _create_stock_value() -> None:
    op.create_table(
        "stock_counted",
        _store_id(),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        _word("item_id"),
        *_epoch(),
        *_sums("seen_through", "seq", "parent_through", "counted_milli"),
        sa.PrimaryKeyConstraint("store_id", "event_id", "item_id", name=op.f("pk_stock_counted")),
    )
    op.create_index(
        op.f("ix_stock_counted_store_id_item_id"),
        "stock_counted",
        ["store_id", "item_id"],
        unique=False,
    )
    op.create_table(
        "stock_valued",
        _store_id(),
        *_epoch(),
        *_sums("seq", "taken_back"),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_stock_valued")),
    )
    op.create_table(
        "stock_worth",
        _store_id(),
        _word("item_id"),
        *_epoch(),
        *_sums("seq", "on_hand_milli", "worth_minor"),
        sa.Column("unit_mills", sa.BigInteger(), nullable=True),
        *_sums("came_minor", "went_minor", "cost_of_sales_minor", "counted_minor", "entries"),
        sa.PrimaryKeyConstraint("store_id", "item_id", name=op.f("pk_stock_worth")),
    )
    op.create_table(
        "stock_put_right",
        _store_id(),
        _word("item_id"),
        _day("moved_on"),
        *_sums("put_right_minor"),
        sa.PrimaryKeyConstraint(
            *("store_id", "item_id", "moved_on"), name=op.f("pk_stock_put_right")
        ),
    )


def _create_alarm_clearing() -> None:
    op.create_table(
        "alarm_clearing",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("cleared_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "alarm_id", name=op.f("pk_alarm_clearing")),
    )


def _create_day_standing() -> None:
    op.create_table(
        "day_standing",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("settled_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("as_signed", sa.Boolean(), nullable=True),
        sa.Column("owed_minor", sa.BigInteger(), nullable=True),
        sa.Column("over_short_minor", sa.BigInteger(), nullable=True),
        sa.Column("asked_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("is_asked", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("store_id", "business_date", name=op.f("pk_day_standing")),
    )
    op.create_index(
        op.f("ix_day_standing_store_id_settled_at_ms"),
        "day_standing",
        ["store_id", "settled_at_ms"],
        unique=False,
    )
    op.create_index(
        "ix_day_standing_asked",
        "day_standing",
        ["store_id"],
        unique=False,
        postgresql_where=sa.text("is_asked"),
    )


def _create_manifest_declared() -> None:
    op.create_table(
        "manifest_declared",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("declared_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id",
            "business_date",
            "epoch_number",
            "epoch_fingerprint",
            name=op.f("pk_manifest_declared"),
        ),
    )


def _create_comparison() -> None:
    op.create_table(
        "comparison",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("epoch_number", sa.Integer(), nullable=False),
        sa.Column("epoch_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("end_seq", sa.BigInteger(), nullable=False),
        sa.Column("after_seq", sa.BigInteger(), nullable=False),
        sa.Column("through_seq", sa.BigInteger(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("spans", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id",
            "business_date",
            "epoch_number",
            "epoch_fingerprint",
            "end_seq",
            name=op.f("pk_comparison"),
        ),
    )


def _create_store() -> None:
    op.create_table(
        "store",
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("price_zone", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("settings", sa.LargeBinary(), nullable=False),
        sa.Column("last_epoch_number", sa.Integer(), nullable=False),
        sa.Column("last_epoch_fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("retired", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.company_id"], name=op.f("fk_store_company_id")
        ),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_store")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_store_company_id_code")),
    )
    op.create_index(op.f("ix_store_company_id"), "store", ["company_id"], unique=False)


def _create_device() -> None:
    op.create_table(
        "device",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.store_id"], name=op.f("fk_device_store_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device")),
    )
    op.create_index(op.f("ix_device_store_id"), "device", ["store_id"], unique=False)


def _create_enrol_code() -> None:
    op.create_table(
        "enrol_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("redeemed_by", sa.LargeBinary(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("selector", sa.String(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id"], ["store.store_id"], name=op.f("fk_enrol_code_store_id")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrol_code")),
    )
    op.create_index(op.f("ix_enrol_code_selector"), "enrol_code", ["selector"], unique=False)
    op.create_index(op.f("ix_enrol_code_store_id"), "enrol_code", ["store_id"], unique=False)
