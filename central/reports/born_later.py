"""What is left of rights that were born in an epoch after a person had written it off: beyond what
was here then (``close_tail``). Its box may be selling still, and spend them
(sync/protocol/escrow.py)."""

from central.projections.line_up import SAME_ID

NOT_HERE = f"""
SELECT c.store_id, c.epoch_number, c.epoch_fingerprint FROM tail_closed AS c
JOIN stream AS m ON m.store_id = c.store_id AND m.epoch_number = c.epoch_number
    AND m.epoch_fingerprint = c.epoch_fingerprint
WHERE c.heard <= c.through AND m.applied_through < c.heard
UNION
SELECT c.store_id, c.epoch_number, c.epoch_fingerprint FROM tail_closed AS c
CROSS JOIN unnest(string_to_array(c.home, ' ')::bigint[]) AS w (seq)
LEFT JOIN sale AS b ON b.store_id = c.store_id AND b.epoch_number = c.epoch_number
    AND b.epoch_fingerprint = c.epoch_fingerprint AND b.seq = w.seq
WHERE b.store_id IS NULL
UNION
SELECT c.store_id, c.epoch_number, c.epoch_fingerprint FROM tail_closed AS c
JOIN quarantine AS a ON a.store_id = c.store_id AND a.epoch_number = c.epoch_number
    AND a.epoch_fingerprint = c.epoch_fingerprint AND a.seq <= c.heard
WHERE c.heard <= c.through AND a.root_kind IS DISTINCT FROM '{SAME_ID}'
    AND NOT a.seq <@ c.aside::int8multirange
"""  # noqa: S608 - a constant
"""Epochs of which something that was counted when they were written off is not: head office was put
back since, and it did not come again yet, or came and was set aside. One that was closed before it
was noted what was here is given up whole."""
BORN_LATER = """
SELECT e.store_id, e.epoch_number, e.epoch_fingerprint, e.kind, e.account_id,
    sum(e.born - e.spent)::bigint AS unspent, sum(e.released)::bigint AS released
FROM (
    SELECT d.store_id, d.epoch_number, d.epoch_fingerprint, d.kind, d.account_id, d.sale_id, d.born,
        d.spent, coalesce(sum(r.amount), 0) AS released
    FROM (
        SELECT b.store_id, b.epoch_number, b.epoch_fingerprint, n.kind, n.account_id, b.sale_id,
            n.line_no, n.born, coalesce(sum(u.amount), 0) AS spent
        FROM (
            SELECT r.store_id, r.event_id AS sale_id FROM tail_closed AS c
            JOIN raw_event AS r ON r.store_id = c.store_id AND r.epoch_number = c.epoch_number
                AND r.epoch_fingerprint = c.epoch_fingerprint AND r.seq > c.heard
            UNION
            SELECT f.store_id, f.fact_id FROM tail_closed AS c
            JOIN recovered_fact AS f ON f.store_id = c.store_id AND f.kind = 'retail_transaction'
        ) AS came
        JOIN sale AS b ON b.store_id = came.store_id AND b.sale_id = came.sale_id
        JOIN tail_closed AS c ON c.store_id = b.store_id AND c.epoch_number = b.epoch_number
            AND c.epoch_fingerprint = b.epoch_fingerprint
        JOIN (
            SELECT store_id, sale_id, 'points' AS kind, customer_id AS account_id,
                NULL::integer AS line_no, points_earned::bigint AS born
            FROM sale WHERE points_earned > 0 AND NOT training
            UNION ALL
            SELECT store_id, sale_id, kind, account_id, line_no, amount FROM right_born
        ) AS n ON n.store_id = b.store_id AND n.sale_id = b.sale_id
        LEFT JOIN right_spend AS u ON u.store_id = b.store_id AND u.root = b.sale_id
            AND u.kind = n.kind AND (n.line_no IS NULL OR u.line_no = n.line_no)
        WHERE b.seq > c.heard AND NOT b.seq = ANY(string_to_array(c.home, ' ')::bigint[])
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ) AS d
    LEFT JOIN right_released AS r ON r.store_id = d.store_id AND r.root = d.sale_id
        AND r.kind = d.kind AND (d.line_no IS NULL OR r.line_no = d.line_no)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, d.line_no
) AS e
GROUP BY 1, 2, 3, 4, 5
"""
"""Of each epoch that was ever written off, by kind and account. ``released`` counts where nothing
of the epoch is set aside. Points that a receipt earned are one sum over its lines; what else it
gave birth to stands by its place."""
