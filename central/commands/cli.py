"""The commands of head office, in the order of its help: each stands in the file of its subject.
The last line that one prints says what is true now and what comes next."""

from central.commands.company import company_app, load_sample, setup
from central.commands.counter import rule_app, scale_app
from central.commands.coupons import coupon_app
from central.commands.customers import customers_app
from central.commands.day import day
from central.commands.doctor import doctor, support_bundle
from central.commands.epochs import alarm_app, epochs, seal, write_off
from central.commands.examples import EXAMPLES
from central.commands.gift_cards import gift_cards_app
from central.commands.goods import export_app, import_app
from central.commands.goodwill import goodwill_app, share_app
from central.commands.grants import grants
from central.commands.items import item_app
from central.commands.key import key_app
from central.commands.loyalty import loyalty_app
from central.commands.mirror import mirror_app
from central.commands.operators import operator_app
from central.commands.paying import currency_app
from central.commands.payments import import_deposits, import_payments, late_deposits
from central.commands.people import token_app, user_app
from central.commands.price_books import pack_app, price_books_app
from central.commands.prices import price_app
from central.commands.promotions import promotion_app
from central.commands.proof import mend, rebuild, verify
from central.commands.quarantine import quarantine_app
from central.commands.roles import role_app
from central.commands.roots import root_app
from central.commands.serve import demo, migrate, serve
from central.commands.settings import setting_app
from central.commands.signing import sign
from central.commands.stores import box_app, code_app, enrol_code, revoke, store_app
from central.commands.suppliers import supplier_app
from central.commands.taxes import tax_app, tender_app
from central.commands.transfers import transfer_app
from central.commands.unit import install_unit, remove_unit
from sync.program.frame import new_program, show_examples

app = new_program("central", "The head office of Holdfast: collects, proves, publishes, reports.")
import_app.command("payments")(import_payments)
import_app.command("deposits")(import_deposits)
company_app.command("late-deposits")(late_deposits)
for name, group in (
    ("company", company_app),
    ("import", import_app),
    ("export", export_app),
    ("item", item_app),
    ("price", price_app),
    ("price-books", price_books_app),
    ("pack", pack_app),
    ("rule", rule_app),
    ("supplier", supplier_app),
    ("transfer", transfer_app),
    ("scale", scale_app),
    ("tax", tax_app),
    ("tender", tender_app),
    ("currency", currency_app),
    ("promotion", promotion_app),
    ("coupon", coupon_app),
    ("operator", operator_app),
    ("role", role_app),
    ("store", store_app),
    ("setting", setting_app),
    ("user", user_app),
    ("token", token_app),
    ("code", code_app),
    ("box", box_app),
    ("key", key_app),
    ("mirror", mirror_app),
    ("root", root_app),
    ("alarm", alarm_app),
    ("quarantine", quarantine_app),
    ("customers", customers_app),
    ("goodwill", goodwill_app),
    ("share", share_app),
    ("loyalty", loyalty_app),
    ("gift-cards", gift_cards_app),
):
    app.add_typer(group, name=name)
for command in (
    revoke,
    seal,
    write_off,
    epochs,
    grants,
    day,
    sign,
    serve,
    migrate,
    setup,
    enrol_code,
    demo,
    load_sample,
    rebuild,
    doctor,
    support_bundle,
    verify,
    mend,
):
    app.command()(command)
app.command("install-service")(install_unit)
app.command("remove-service")(remove_unit)
show_examples(app, "central", EXAMPLES)
