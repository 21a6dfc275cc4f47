"""How each command of the box is typed, as its help shows it: the words behind ``edge``."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "provision": (
        "provision --enrol HF1:k7Zodg --data S01 --name s01.shop.internal",
        "provision --central https://hq.example --code CHPQ-6MS7-5OVE-GQR2-HR3O --data S01",
    ),
    "replace": (
        "replace --enrol HF1:k7Zodg --data S01",
        "replace --enrol HF1:k7Zodg --data S01 --address 192.168.1.20 --port 8101",
    ),
    "restore": ("restore --from /media/backup/S01 --data S01",),
    "serve": ("serve --data S01", "serve --data S01 --data S02"),
    "pair": ("pair W1 --data S01", "pair M1 --office --data S01", "pair W1 --display --data S01"),
    "unpair": ("unpair W1 --data S01",),
    "workstations": ("workstations --data S01",),
    "status": ("status --data S01", "status --data S01 --json"),
    "doctor": ("doctor --data S01", "doctor --data S01 --json"),
    "support-bundle": ("support-bundle S01.zip --data S01",),
    "metrics-token": ("metrics-token --data S01",),
    "verify": ("verify --data S01",),
    "totals": ("totals --data S01 --business-date 2026-11-28",),
    "terminal": (
        "terminal --journal terminal.jsonl",
        "terminal --port 9301 --always decline",
        "terminal --away --offline-minor 2000",
    ),
    "install-service": (
        "install-service --data /var/lib/holdfast/S01",
        "install-service --data S01 --print",
    ),
    "remove-service": ("remove-service --data /var/lib/holdfast/S01",),
    "alarm list": ("alarm list --data S01",),
    "alarm clear": (
        'alarm clear 01a2228a-9240-77d7-84aa-4d87318c6963 --by Ann --reason "Disk replaced" '
        "--data S01",
    ),
    "push resume": ('push resume --by Ann --reason "Looked into it" --data S01',),
}
