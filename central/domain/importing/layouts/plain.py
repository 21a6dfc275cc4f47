"""Everybody's price list: our own exports, and headers as people call them."""

from central.domain.importing.columns import Field, Layout
from central.domain.importing.layouts.synonyms import columns


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.replace("\n", " ").split(","))


_ITEM_COLUMNS = {
    Field.ITEM: _words(
        """item, item id, item no, item no., item number, item code, sku, plu, product id, product
        code, product no, product number, article, article no, article number, article code, stock
        code, part number, internal reference, id, code, artikel, artikelnummer, artikelnr,
        artikel-nr., art.-nr., produktnummer, référence, référence article, code article, réf,
        referencia, código, codigo, ref, codice, codice articolo, kode, kode barang, kod, 货号,
        商品编号, 商品コード"""
    ),
    Field.NAME: _words(
        """name, item name, product name, product, title, description, item description,
        product description, article name, bezeichnung, artikelbezeichnung, artikelname, produkt,
        produktname, beschreibung, désignation, libellé, nom, produit, descripción, nombre,
        producto, descrizione, nome, prodotto, omschrijving, naam, productnaam, nama, nama barang,
        nama produk, 名称, 商品名称, 品名, 商品名"""
    ),
    Field.VARIANT: _words("variant, variation, variation name, size, grösse, taille, talla"),
    Field.DEPARTMENT: _words(
        """department, dept, category, product category, group, product group, item group, section,
        family, warengruppe, abteilung, kategorie, artikelgruppe, rayon, catégorie, famille,
        departamento, categoría, familia, sección, reparto, categoria, afdeling, categorie, groep,
        kategori, jabatan, 部门, 类别, 分类, カテゴリ"""
    ),
    Field.SCAN_CODES: _words(
        """scan code, scan codes, scan_codes, barcode, barcodes, bar code, ean, ean13, ean-13, ean
        code, gtin, upc, upc/ean, ean/upc, isbn, strichcode, ean-code, code-barres, code barre,
        codes-barres, gencod, código de barras, codigo de barras, codice a barre, streepjescode,
        kode bar, kod bar, 条码, 条形码, 国际条码, バーコード, jan"""
    ),
    Field.PRICE: _words(
        """price, unit price, sales price, sale price, selling price, retail price, retail, rrp,
        list price, price incl tax, price inc gst, preis, vk, vk-preis, verkaufspreis, vk brutto,
        prix, prix de vente, prix ttc, pvp, precio, precio de venta, prezzo, prezzo di vendita,
        prijs, verkoopprijs, harga, harga jual, 价格, 单价, 售价, 零售价, 価格, 売価"""
    ),
    Field.ZONE: _words(
        "zone, price zone, price list, pricelist, preiszone, preisliste, preisgruppe"
    ),
    Field.FROM: _words(
        """from, valid from, effective, effective from, effective date, price from, price date,
        start date, gültig ab, ab, ab datum, valable à partir du, date d'effet, desde, vigencia,
        valido dal, geldig vanaf, berlaku, berlaku mulai, 生效日期"""
    ),
    Field.TAX: _words(
        """tax, tax class, tax rate, tax code, tax group, tax category, vat, vat rate, vat code,
        gst, gst rate, mwst, mwst-satz, ust, steuersatz, steuer, steuerklasse, tva, taux tva,
        taux de tva, iva, tipo iva, aliquota, aliquota iva, btw, btw-tarief, pajak, cukai, 税率,
        税"""
    ),
    Field.UNIT: _words(
        """unit, uom, unit of measure, units, sold by, einheit, mengeneinheit, me, unité, unidad,
        unidad de medida, unità, unità di misura, eenheid, satuan, unit ukuran, 单位"""
    ),
    Field.CONTENT: _words(
        "content, net content, net weight, net volume, pack size, inhalt, contenu, 净含量, 规格"
    ),
    Field.COST: _words(
        """cost, unit cost, cost price, purchase price, buying price, cost per item, ek, ek-preis,
        einkaufspreis, prix d'achat, pa, coût, coste, costo, precio de compra, precio de costo,
        prezzo d'acquisto, costo d'acquisto, inkoopprijs, kostprijs, harga beli, harga pokok, kos,
        进价, 成本, 成本价"""
    ),
    Field.OPEN_PRICE: _words("open price, open_price, variable price, ask price, freier preis"),
    Field.ACTIVE: _words(
        "active, enabled, on sale, sellable, aktiv, actif, activo, attivo, actief"
    ),
    Field.ARCHIVED: _words("inactive, archived, discontinued, inaktiv, archiviert, ausgelaufen"),
    Field.STORE: _words(
        "store, shop, branch, location, outlet, filiale, laden, magasin, tienda, toko"
    ),
    Field.STOCK: _words(
        """stock, opening stock, qty, quantity, on hand, stock on hand, qty on hand, quantity on
        hand, inventory, bestand, anfangsbestand, lagerbestand, menge, stock initial, quantité,
        existencias, cantidad, giacenza, voorraad, aantal, stok, stok awal, 库存, 数量, 在庫"""
    ),
}
ITEMS = Layout("plain", "our own, and headers as people call them", columns(_ITEM_COLUMNS))
_CUSTOMER_COLUMNS = {
    Field.CODE: _words(
        """code, customer code, customer no, customer number, customer id, member, member no, member
        number, card, card number, loyalty card, reference, id, kundennummer, kunden-nr., kundennr,
        code client, numéro client, código, código de cliente, codice, codice cliente,
        klantnummer, kode pelanggan, 会员号, 客户编号"""
    ),
    Field.NAME: _words(
        """name, customer, customer name, full name, first name, given name, kunde, vorname, nom,
        nom complet, prénom, nombre, nome, naam, voornaam, nama, 姓名, 名称"""
    ),
    Field.FAMILY_NAME: _words(
        """family name, last name, surname, nachname, familienname, nom de famille, apellido,
        apellidos, cognome, achternaam"""
    ),
    Field.EMAIL: _words(
        """email, e-mail, email address, e-mail address, mail, e-mail-adresse, adresse e-mail,
        courriel, correo, correo electrónico, 邮箱, 电子邮件"""
    ),
    Field.PHONE: _words(
        """phone, phone number, telephone, tel, mobile, mobile number, mobile phone, cell, contact
        number, telefon, telefonnummer, handy, mobil, téléphone, portable, teléfono, móvil,
        telefono, cellulare, telefoon, telepon, hp, 电话, 手机"""
    ),
    Field.ACTIVE: _words("active, aktiv, actif, activo, attivo, actief"),
    Field.POINTS: _words("points, points balance, loyalty points, opening points, punkte, puntos"),
}
CUSTOMERS = Layout("plain", "our own, and headers as people call them", columns(_CUSTOMER_COLUMNS))
_TIMES = _words("time, transaction time, uhrzeit, zeit, heure, hora, ora, tijd, waktu, 时间")
_PAYMENT_COLUMNS = {
    Field.REFERENCE: _words(
        """reference, ref, ref no, reference no, reference number, auth code, authorisation code,
        authorization code, approval code, auth, rrn, retrieval reference, retrieval reference
        number, transaction id, transaction reference, transaction no, payment id, order id, order
        reference, referenz, transaktionsnummer, genehmigungsnummer, verwendungszweck, référence,
        numéro d'autorisation, referencia, riferimento, referentie, kenmerk, 参考号,
        授权码, 交易号"""
    ),
    Field.AMOUNT: _words(
        """amount, gross, gross amount, transaction amount, total, value, paid, betrag, umsatz,
        bruttobetrag, montant, montant brut, importe, monto, importo, bedrag, jumlah, 金额,
        交易金额"""
    ),
    Field.AT: _words(
        """date, transaction date, created, created at, paid at, processed at, timestamp, date time,
        date and time, booking date, datum, buchungstag, transaktionsdatum, date de transaction,
        fecha, data, tanggal, 日期, 交易日期, 交易时间"""
    ),
    Field.TIME: _TIMES,
}
PAYMENTS = Layout("plain", "headers as acquirers and banks call them", columns(_PAYMENT_COLUMNS))
_DEPOSIT_COLUMNS = {
    Field.REFERENCE: _words(
        """bag, bag no, bag no., bag number, bag id, bag reference, seal, seal no, seal number,
        deposit bag, deposit bag number, deposit no, deposit number, deposit id, deposit reference,
        slip, slip no, slip number, deposit slip, reference, ref, ref no, reference no, reference
        number, description, details, narrative, particulars, safebag, safebag-nr., safebag-nummer,
        beutelnummer, beutel-nr., referenz, verwendungszweck, référence, numéro de sac, libellé,
        referencia, concepto, riferimento, causale, referentie, omschrijving, 参考号, 摘要,
        封包号"""
    ),
    Field.AMOUNT: _words(
        """amount, credit, credit amount, amount credited, credited, deposit, deposits, deposit
        amount, paid in, money in, value, total, betrag, gutschrift, haben, einzahlung, umsatz,
        montant, crédit, versement, importe, abono, ingreso, importo, avere, bedrag, jumlah, kredit,
        金额, 贷方金额, 存入"""
    ),
    Field.AT: _words(
        """date, transaction date, booking date, posting date, date credited, credited on, credit
        date, deposit date, timestamp, date time, date and time, datum, buchungstag, date
        d'opération, fecha, data, tanggal, 日期, 交易日期, 入账日期"""
    ),
    Field.TIME: _TIMES,
}
DEPOSITS = Layout("plain", "headers as banks call them", columns(_DEPOSIT_COLUMNS))
