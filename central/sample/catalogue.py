"""What the sample chain sells: per department its tax class and products, each with its sizes.

A line reads ``Product: size price, size price``; sizes ``kg`` are weighed. The tax classes are
Singapore's: almost everything standard, services used abroad zero-rated, investment gold exempt.
"""

from typing import NamedTuple

from sync.protocol.facts import TaxClass

WEIGHED = "kg"


class Department(NamedTuple):
    """``prefix`` begins the ids of its items."""

    name: str
    prefix: str
    tax_class: TaxClass
    products: str


class Product(NamedTuple):
    """One size of a product; ``unit`` is ``each`` or ``kg``."""

    name: str
    unit: str
    price_minor: int


DEPARTMENTS = (
    Department(
        "Bakery",
        "BAK",
        TaxClass.STANDARD,
        """
White Bread: 400 g 2.30, 600 g 3.10
Wholemeal Bread: 400 g 2.60, 600 g 3.55
Multigrain Bread: 400 g 3.40
Raisin Loaf: 300 g 3.20
Butter Croissant: single 1.90, pack of 4 6.80
Chocolate Croissant: single 2.30
Kaya Bun: single 1.60, pack of 6 7.90
Red Bean Bun: single 1.60
Coconut Bun: single 1.50
Hot Dog Bun: single 2.20
Banana Cake: slice 2.40, whole 11.90
Pandan Chiffon Cake: slice 2.20, whole 9.80
Marble Cake: slice 2.50, whole 12.50
Egg Tart: single 1.80, pack of 6 9.90
Curry Puff: single 1.70, pack of 4 6.20
Bagel: plain 1.90, sesame 2.00
Garlic Baguette: single 4.20
Tortilla Wraps: pack of 8 5.60
""",
    ),
    Department(
        "Fruit and vegetables",
        "FRV",
        TaxClass.STANDARD,
        """
Bananas: kg 2.95
Fuji Apples: kg 5.90, pack of 6 4.95
Navel Oranges: kg 4.80, pack of 5 4.20
Green Grapes: kg 11.90
Papaya: kg 3.60
Watermelon: kg 1.95
Dragon Fruit: kg 7.40
Mango: kg 8.20
Pineapple: whole 3.90
Lemons: pack of 4 2.95
Blueberries: 125 g 4.95
Strawberries: 250 g 6.90
Avocado: single 2.40
Tomatoes: kg 3.80
Cherry Tomatoes: 250 g 2.95
Cucumber: kg 2.60
Carrots: kg 2.20, 500 g 1.40
Potatoes: kg 2.50
Sweet Potatoes: kg 3.30
Yellow Onions: kg 2.10
Garlic: 250 g 1.60
Ginger: kg 6.80
Broccoli: kg 6.40
Kai Lan: 220 g 1.30
Chye Sim: 220 g 1.20
Kangkong: 200 g 1.10
Spinach: 200 g 1.25
Bean Sprouts: 300 g 0.85
Iceberg Lettuce: whole 2.80
Shiitake Mushrooms: 150 g 3.20
Enoki Mushrooms: 100 g 1.10
Red Chillies: 100 g 1.35
Coriander: 50 g 0.95
Sweetcorn: pack of 2 2.60
""",
    ),
    Department(
        "Dairy and eggs",
        "DAI",
        TaxClass.STANDARD,
        """
Fresh Milk: 300 ml 1.60, 1 l 3.45, 2 l 6.40
Low Fat Milk: 1 l 3.55, 2 l 6.60
UHT Milk: 200 ml 0.95, 1 l 2.80, 6 x 1 l 15.90
Chocolate Milk: 200 ml 1.20, 1 l 3.95
Oat Drink: 1 l 4.90
Soya Drink: 300 ml 1.30, 1 l 2.95
Natural Yoghurt: 140 g 1.50, 500 g 4.60
Mango Yoghurt: 140 g 1.60
Greek Yoghurt: 500 g 6.90
Salted Butter: 227 g 5.60
Unsalted Butter: 227 g 5.70
Cheddar Slices: 12 slices 5.20, 24 slices 9.40
Mozzarella: 200 g 6.30
Cream Cheese: 227 g 5.90
Whipping Cream: 200 ml 3.80
Eggs: pack of 10 3.20, tray of 30 8.60
Omega Eggs: pack of 10 4.60
Silken Tofu: 300 g 1.15
Pressed Tofu: 250 g 1.45
""",
    ),
    Department(
        "Drinks",
        "DRK",
        TaxClass.STANDARD,
        """
Mineral Water: 600 ml 0.90, 1.5 l 1.40, 12 x 600 ml 8.50
Sparkling Water: 330 ml 1.60
Cola: 320 ml 1.30, 1.5 l 2.60, 12 x 320 ml 11.90
Cola Zero: 320 ml 1.30, 1.5 l 2.60
Lemonade: 320 ml 1.30, 1.5 l 2.50
Orange Juice: 250 ml 1.90, 1 l 4.80
Apple Juice: 250 ml 1.80, 1 l 4.50
Chrysanthemum Tea: 250 ml 0.85, 6 x 250 ml 3.95
Green Tea: 500 ml 1.70, 1.5 l 2.90
Barley Drink: 250 ml 0.85, 6 x 250 ml 3.95
Isotonic Drink: 500 ml 1.60, 1.5 l 2.75
Coconut Water: 330 ml 2.30, 1 l 5.40
Ground Coffee: 250 g 9.80
Instant Coffee: 100 g 7.20, 200 g 12.90
Kopi O Bags: pack of 20 5.60
Teh Tarik Sachets: pack of 15 6.40
English Breakfast Tea: 25 bags 3.60, 100 bags 9.90
Malted Cocoa Drink: 400 g 6.20, 1 kg 12.80
""",
    ),
    Department(
        "Rice, noodles and tins",
        "DRY",
        TaxClass.STANDARD,
        """
Jasmine Rice: 1 kg 3.60, 5 kg 14.90, 10 kg 28.50
Basmati Rice: 1 kg 4.80, 5 kg 20.90
Brown Rice: 1 kg 4.30
Bee Hoon: 400 g 1.75
Egg Noodles: 400 g 2.10
Instant Noodles Chicken: single 0.75, pack of 5 3.20
Instant Noodles Curry: single 0.75, pack of 5 3.20
Instant Noodles Laksa: single 1.60, pack of 4 5.90
Spaghetti: 500 g 2.20
Penne: 500 g 2.20
Tomato Pasta Sauce: 350 g 3.90
Light Soya Sauce: 150 ml 1.60, 640 ml 3.80
Dark Soya Sauce: 640 ml 4.10
Oyster Sauce: 255 g 3.20, 510 g 4.90
Chilli Sauce: 340 g 2.60
Sesame Oil: 150 ml 4.60
Cooking Oil: 1 l 4.90, 2 l 8.90, 5 l 19.80
Olive Oil: 500 ml 9.90
Sugar: 1 kg 1.95, 2 kg 3.60
Sea Salt: 500 g 1.40
Plain Flour: 1 kg 2.40
Tuna in Water: 150 g 2.30, 3 x 150 g 6.40
Sardines in Tomato: 155 g 1.80, 425 g 4.20
Luncheon Meat: 340 g 3.90
Baked Beans: 415 g 1.95
Sweetcorn Kernels: 420 g 1.85
Coconut Milk: 200 ml 1.55, 1 l 5.20
Chicken Stock: 1 l 4.30
Kaya Jam: 400 g 4.60
Peanut Butter: 340 g 4.90
Honey: 500 g 8.90
Cornflakes: 275 g 4.70, 500 g 7.20
Rolled Oats: 800 g 5.60
""",
    ),
    Department(
        "Frozen",
        "FRZ",
        TaxClass.STANDARD,
        """
Chicken Breast: kg 9.90
Chicken Nuggets: 400 g 6.20
Fish Fingers: 300 g 5.40
Prawns: 400 g 11.90
Salmon Portions: 250 g 12.50
Har Gow: pack of 12 6.90
Pork Gyoza: 600 g 8.40
Roti Prata: pack of 5 3.30, pack of 12 6.90
Spring Rolls: pack of 20 6.10
Garden Peas: 500 g 3.20
French Fries: 1 kg 5.80
Vanilla Ice Cream: 1.5 l 8.90
Chocolate Ice Cream: 1.5 l 8.90
Durian Ice Cream: 1.5 l 11.90
Ice Cream Sandwich: single 1.90, pack of 6 8.40
""",
    ),
    Department(
        "Snacks",
        "SNK",
        TaxClass.STANDARD,
        """
Potato Crisps Salted: 60 g 1.80, 170 g 3.90
Potato Crisps Chilli: 60 g 1.80, 170 g 3.90
Prawn Crackers: 70 g 1.60
Seaweed: 32 g 3.60
Roasted Peanuts: 120 g 2.20, 400 g 5.40
Cashew Nuts: 150 g 5.90
Mixed Nuts: 200 g 7.80
Dark Chocolate: 100 g 3.90
Milk Chocolate: 40 g 1.60, 160 g 4.80
Hazelnut Wafers: 150 g 3.20
Butter Cookies: 90 g 1.95, 454 g 9.90
Cream Crackers: 350 g 2.80
Chocolate Biscuits: 130 g 2.40
Pineapple Tarts: tub of 24 16.80
Fruit Gums: 100 g 1.80
Peppermints: 35 g 1.50
Dried Mango: 100 g 3.80
""",
    ),
    Department(
        "Household",
        "HOU",
        TaxClass.STANDARD,
        """
Laundry Liquid: 1 l 7.90, 3 l 17.90
Laundry Powder: 2 kg 9.60
Fabric Softener: 1 l 5.80
Dishwashing Liquid: 500 ml 2.60, 1 l 4.30
Floor Cleaner: 1 l 4.90
Toilet Cleaner: 500 ml 3.70
Glass Cleaner: 500 ml 4.20
Bleach: 1 l 2.40
Sponge: pack of 3 2.20
Kitchen Towel: pack of 4 5.40
Toilet Paper: 10 rolls 6.90, 20 rolls 12.90
Facial Tissue: 5 boxes 6.60
Bin Liners: pack of 30 3.80
Cling Film: 30 m 3.20
Aluminium Foil: 8 m 3.60
Batteries AA: pack of 4 6.20, pack of 12 14.90
Batteries AAA: pack of 4 6.20
LED Bulb: 9 W 7.50
Umbrella: compact 14.90
Extension Lead: 3 m 19.90
Scented Candle: single 9.90, set of 3 24.90
Food Containers: set of 3 8.90, set of 6 14.90
Non-stick Pan: 24 cm 29.90, 28 cm 36.90
Chopsticks: 10 pairs 5.60
""",
    ),
    Department(
        "Health and beauty",
        "HAB",
        TaxClass.STANDARD,
        """
Toothpaste: 100 g 2.90, 175 g 4.60
Toothbrush: single 3.20, pack of 3 7.90
Mouthwash: 500 ml 6.90
Shampoo: 170 ml 4.90, 650 ml 11.90
Conditioner: 650 ml 11.90
Body Wash: 250 ml 4.20, 1 l 9.90
Hand Soap: 250 ml 3.60
Bar Soap: pack of 4 4.40
Deodorant: 50 ml 5.90
Sunscreen: 100 ml 18.90
Face Wash: 100 g 7.90
Body Lotion: 400 ml 12.90
Razor: pack of 5 6.80
Cotton Pads: pack of 100 3.40
Plasters: pack of 20 3.90
Paracetamol: 12 tablets 3.60, 24 tablets 6.20
Vitamin C: 60 tablets 15.90
Face Masks: pack of 50 8.90
Insect Repellent: 100 ml 9.60
""",
    ),
    Department(
        "Stationery",
        "STA",
        TaxClass.STANDARD,
        """
Ball Pens: pack of 3 2.90, pack of 10 7.90
Pencils HB: pack of 12 3.60
Highlighters: pack of 4 5.20
Exercise Book: A5 1.10, A4 1.60
Notebook: A5 4.90, A4 6.90
Copy Paper: 500 sheets 6.80
Envelopes: pack of 20 2.40
Sticky Notes: pack of 4 4.30
Scissors: single 4.60
Glue Stick: 21 g 1.90
Clear Tape: 2 rolls 2.70
Red Packets: pack of 10 2.00
Greeting Card: birthday 4.50, thank you 4.50
Gift Wrap: 3 sheets 3.90
Ruler: 30 cm 1.30
""",
    ),
    Department(
        "Travel counter",
        "TRV",
        TaxClass.ZERO,
        """
Roaming Card Malaysia: 3 days 8.00, 7 days 12.00
Roaming Card Thailand: 8 days 15.00
Roaming Card Indonesia: 7 days 16.00
Roaming Card Japan: 5 days 18.00, 10 days 28.00
Roaming Card Korea: 5 days 18.00
Roaming Card Europe: 15 days 32.00
Roaming Card Australia: 10 days 26.00
Ferry Ticket Batam: return 52.00
Coach Ticket Malacca: single 24.00
Coach Ticket Kuala Lumpur: single 29.00
""",
    ),
    Department(
        "Gold counter",
        "GLD",
        TaxClass.EXEMPT,
        """
Investment Gold Wafer: 0.25 g 36.00, 0.5 g 68.00, 1 g 131.00
Investment Silver Bar: 10 g 24.50, 20 g 46.00
""",
    ),
)


def products_of(department: Department) -> tuple[Product, ...]:
    """Every size of every product."""
    return tuple(
        _product(name, size)
        for line in department.products.strip().splitlines()
        for name, _, sizes in (line.partition(": "),)
        for size in sizes.split(", ")
    )


def _product(name: str, size: str) -> Product:
    label, _, price = size.rpartition(" ")
    whole, _, part = price.partition(".")
    price_minor = int(whole) * 100 + int(part)
    if label == WEIGHED:
        return Product(f"{name}, loose", WEIGHED, price_minor)
    return Product(f"{name} {label}", "each", price_minor)
